// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore

/// The requests of the JetStream API
/// ([reference](https://docs.nats.io/reference/reference-protocols/nats_api_reference)), one method for each.
///
/// The methods throw ``ApiError``, ``/MicroCore/MicroError`` and `CancellationError`.
struct JetStreamAPI: Sendable {
    private struct EmptyResponse: Decodable {}

    private struct APIResponse<Response: Decodable>: Decodable {
        let result: Result<Response, ApiError>

        private enum CodingKeys: String, CodingKey { case error }

        init(from decoder: any Decoder) throws {
            let error = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(ApiError.self, forKey: .error)
            result = try error.map(Result.failure) ?? .success(Response(from: decoder))
        }
    }

    /// The timeout of a request that changes nothing. While a replicated stream or consumer has no leader, requests get
    /// no response and must be sent again.
    private static let infoTimeout = Duration.seconds(1)

    let connection: NATSConnectionManager
    let requests: NATSRequests

    /// Describes a stream; nil if it does not exist.
    func streamInfo(_ name: String, by deadline: ContinuousClock.Instant) async throws -> StreamInfo? {
        try await call("STREAM.INFO.\(name)", by: min(deadline, .now + Self.infoTimeout))
    }

    func createStream(_ name: String, _ config: StreamConfig, by deadline: ContinuousClock.Instant) async throws
        -> StreamInfo
    {
        try required(await call("STREAM.CREATE.\(name)", config, by: deadline))
    }

    func updateStream(_ name: String, _ config: StreamConfig, by deadline: ContinuousClock.Instant) async throws
        -> StreamInfo
    {
        try required(await call("STREAM.UPDATE.\(name)", config, by: deadline))
    }

    /// Describes a consumer; nil if it does not exist.
    func consumerInfo(_ name: String, of stream: String, by deadline: ContinuousClock.Instant) async throws
        -> ConsumerInfo?
    {
        try await call("CONSUMER.INFO.\(stream).\(name)", by: min(deadline, .now + Self.infoTimeout))
    }

    /// Creates a consumer, or updates an existing one.
    func createConsumer(
        _ name: String, of stream: String, _ config: ConsumerConfig, by deadline: ContinuousClock.Instant
    ) async throws -> ConsumerInfo {
        let operation = config.durableName == nil ? "CREATE.\(stream)" : "DURABLE.CREATE.\(stream)"
        let request = CreateConsumerRequest(streamName: stream, config: config)
        return try required(await call("CONSUMER.\(operation).\(name)", request, by: deadline))
    }

    /// Deletes a consumer. Succeeds if the consumer does not exist.
    func deleteConsumer(_ name: String, of stream: String, by deadline: ContinuousClock.Instant) async throws {
        let _: EmptyResponse? = try await call("CONSUMER.DELETE.\(stream).\(name)", by: deadline)
    }

    /// The subject of requests for the next messages of a consumer.
    static func nextSubject(_ consumer: String, of stream: String) -> String {
        "$JS.API.CONSUMER.MSG.NEXT.\(stream).\(consumer)"
    }

    /// Checks the reply to a publication.
    ///
    /// - Throws: ``/MicroCore/MicroError``.
    func check(publicationReply reply: NATSMessage, to topic: String) throws {
        do { let _: PubAck = try required(decode(reply)) } catch let apiError as ApiError {
            throw error(apiError, "did not store a message to \(topic)")
        }
    }

    /// The error for callers.
    ///
    /// - Parameter failure: The failed action for the message, such as `did not create the stream x`.
    func error(_ apiError: ApiError, _ failure: String) -> MicroError {
        MicroError(
            apiError.microCode, "JetStream of \(connection) \(failure): \(apiError.description)",
            origin: MicroError.Origin.broker)
    }

    // MARK: Requests and responses

    private func call<Response: Decodable>(_ subject: String, by deadline: ContinuousClock.Instant) async throws
        -> Response?
    {
        try await send(ByteBuffer(), to: subject, by: deadline)
    }

    private func call<Response: Decodable>(
        _ subject: String, _ request: some Encodable, by deadline: ContinuousClock.Instant
    ) async throws -> Response? {
        try await send(ByteBuffer(bytes: try JSONEncoder().encode(request)), to: subject, by: deadline)
    }

    /// - Returns: Nil if what was asked for does not exist.
    private func send<Response: Decodable>(
        _ body: ByteBuffer, to subject: String, by deadline: ContinuousClock.Instant
    ) async throws -> Response? {
        let reply = try await requests.request(BrokerMessage(body: body), to: "$JS.API.\(subject)", by: deadline)
        if reply.status == 503 { throw noRespondersError }
        return try decode(reply)
    }

    /// - Returns: Nil if what was asked for does not exist.
    private func decode<Response: Decodable>(_ reply: NATSMessage) throws -> Response? {
        let response: APIResponse<Response>
        do {
            response = try JSONDecoder().decode(APIResponse<Response>.self, from: Data(reply.body.readableBytesView))
        } catch {
            throw invalidResponseError("the response is not a \(Response.self)")
        }
        switch response.result {
        case .success(let value): return value
        case .failure(let error) where error.code == 404: return nil
        case .failure(let error): throw error
        }
    }

    private func required<Response>(_ response: Response?) throws -> Response {
        guard let response else {
            throw MicroError(
                .unavailable, "JetStream of \(connection): the stream was deleted", origin: MicroError.Origin.broker)
        }
        return response
    }

    private var noRespondersError: MicroError {
        MicroError(
            .unavailable,
            "JetStream does not respond at \(connection): is it enabled (jetstream in the server's configuration)?",
            origin: MicroError.Origin.broker)
    }

    private func invalidResponseError(_ problem: String) -> MicroError {
        MicroError(
            .internal, "\(connection) sent an invalid response: \(problem)", origin: MicroError.Origin.broker)
    }
}
