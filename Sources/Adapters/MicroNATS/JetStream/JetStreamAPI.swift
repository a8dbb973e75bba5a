// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore

/// The requests to JetStream, and its answers
/// ([reference](https://docs.nats.io/reference/reference-protocols/nats_api_reference)).
struct JetStreamAPI: Sendable {
    typealias JSON = [String: Any]

    /// An answer that says why not.
    struct APIError: Error {
        let code: Int
        let errorCode: Int
        let text: String
    }

    let connection: NATSConnectionManager
    let requests: NATSRequests

    /// Asks, and reads the answer.
    ///
    /// - Throws: ``APIError``, ``MicroCore/MicroError``, `CancellationError`.
    func call(_ subject: String, _ body: JSON? = nil, by deadline: ContinuousClock.Instant) async throws -> JSON {
        let data = try body.map { try JSONSerialization.data(withJSONObject: $0) } ?? Data()
        let reply = try await requests.request(
            BrokerMessage(body: ByteBuffer(bytes: data)), to: "$JS.API.\(subject)", by: deadline)
        if reply.status == 503 { throw noRespondersError }
        return try read(reply)
    }

    /// Checks the answer to a publication.
    ///
    /// - Throws: ``MicroCore/MicroError``.
    func check(publication reply: NATSMessage, to topic: String) throws {
        do {
            guard try read(reply)["seq"] is NSNumber else {
                throw invalidResponseError("the answer to a publication has no sequence")
            }
        } catch let apiError as APIError {
            throw error(apiError, "does not store what is published to \(topic)")
        }
    }

    private func read(_ reply: NATSMessage) throws -> JSON {
        guard let object = try? JSONSerialization.jsonObject(with: Data(reply.body.readableBytesView)),
            let response = object as? JSON
        else { throw invalidResponseError("the answer is not JSON") }
        guard let apiError = response["error"] as? JSON else { return response }
        throw APIError(
            code: apiError["code"] as? Int ?? 500, errorCode: apiError["err_code"] as? Int ?? 0,
            text: String((apiError["description"] as? String ?? "it does not say why").prefix(200)))
    }

    /// What a refusal means.
    func error(_ apiError: APIError, _ what: String) -> MicroError {
        // No bytes or messages left in the stream, or no storage at the server; see the list of the server
        // (https://github.com/nats-io/nats-server/blob/main/server/errors.json).
        let isFull = [10023, 10028, 10047, 10077].contains(apiError.errorCode)
        let code: MicroError.Code = isFull ? .resourceExhausted : MicroError.Code(status: apiError.code)
        return MicroError(
            code, "JetStream of \(connection.description) \(what): \(apiError.text)", origin: MicroError.Origin.broker)
    }

    private var noRespondersError: MicroError {
        MicroError(
            .unavailable,
            "JetStream does not answer at \(connection.description): is it enabled (jetstream in the server's configuration)?",
            origin: MicroError.Origin.broker)
    }

    private func invalidResponseError(_ problem: String) -> MicroError {
        MicroError(
            .internal, "\(connection.description) does not answer as JetStream does: \(problem)",
            origin: MicroError.Origin.broker)
    }
}
