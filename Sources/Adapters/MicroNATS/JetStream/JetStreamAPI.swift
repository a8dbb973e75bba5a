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
    struct Refusal: Error {
        let code: Int
        let detail: Int
        let text: String
    }

    let link: NATSLink
    let requests: NATSRequests

    /// Asks, and reads the answer.
    ///
    /// - Throws: ``Refusal``, ``MicroCore/MicroError``, `CancellationError`.
    func ask(_ subject: String, _ body: JSON? = nil, by deadline: ContinuousClock.Instant) async throws -> JSON {
        let data = try body.map { try JSONSerialization.data(withJSONObject: $0) } ?? Data()
        let reply = try await requests.request(
            Message(body: ByteBuffer(bytes: data)), to: "$JS.API.\(subject)", by: deadline)
        if reply.status == 503 { throw absent }
        return try read(reply)
    }

    /// Checks the answer to a publication.
    ///
    /// - Throws: ``MicroCore/MicroError``.
    func check(publication reply: NATSMessage, to topic: String) throws {
        do {
            guard try read(reply)["seq"] is NSNumber else {
                throw foreign("the answer to a publication has no sequence")
            }
        } catch let refusal as Refusal {
            throw error(refusal, "does not store what is published to \(topic)")
        }
    }

    private func read(_ reply: NATSMessage) throws -> JSON {
        guard let object = try? JSONSerialization.jsonObject(with: Data(reply.body.readableBytesView)),
            let answer = object as? JSON
        else { throw foreign("the answer is not JSON") }
        guard let refusal = answer["error"] as? JSON else { return answer }
        throw Refusal(
            code: refusal["code"] as? Int ?? 500, detail: refusal["err_code"] as? Int ?? 0,
            text: String((refusal["description"] as? String ?? "it does not say why").prefix(200)))
    }

    /// What a refusal means.
    func error(_ refusal: Refusal, _ what: String) -> MicroError {
        // No bytes or messages left in the stream, or no storage at the server; see the list of the server
        // (https://github.com/nats-io/nats-server/blob/main/server/errors.json).
        let isFull = [10023, 10028, 10047, 10077].contains(refusal.detail)
        let code: MicroError.Code = isFull ? .resourceExhausted : MicroError.Code(status: refusal.code)
        return MicroError(
            code, "JetStream of \(link.description) \(what): \(refusal.text)", origin: MicroError.Origin.broker)
    }

    private var absent: MicroError {
        MicroError(
            .unavailable,
            "JetStream does not answer at \(link.description): is it enabled (jetstream in the server's configuration)?",
            origin: MicroError.Origin.broker)
    }

    private func foreign(_ problem: String) -> MicroError {
        MicroError(
            .internal, "\(link.description) does not answer as JetStream does: \(problem)",
            origin: MicroError.Origin.broker)
    }
}
