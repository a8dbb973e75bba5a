// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import MicroCore
import NIOCore

/// The destination of one request's or stream's messages. The server returns a client's messages that reach no queue.
struct RabbitMQRoute: Sendable {
    let connection: RabbitMQConnectionManager
    /// The channel of all messages: replies by direct reply-to arrive on the channel of their request.
    var channel: RabbitMQChannel
    /// The exchange; empty for the default exchange, which routes to the queue that the routing key names.
    let exchange: String
    let routingKey: String
    let correlationID: String
    /// The address of replies; nil if none are expected.
    var replyTo: String?

    /// Publishes a message, unless the output buffer is full.
    ///
    /// - Parameter suffix: Appended to the routing key.
    func tryPublish(
        _ properties: AMQPProperties, _ body: ByteBuffer = ByteBuffer(), suffix: String = ""
    ) -> CurlSocket.WriteCapacity {
        // RabbitMQ 3 also returns the replies that a client gets by direct reply-to, because they go through no queue.
        var publication = AMQPPublication(
            exchange: exchange, routingKey: routingKey + suffix, isMandatory: replyTo != nil, properties: properties,
            body: body)
        publication.properties.correlationID = correlationID
        publication.properties.replyTo = replyTo
        return channel.tryPublish(publication)
    }

    /// Publishes a message. Waits for room if necessary.
    ///
    /// - Throws: ``/MicroCore/MicroError``, which is safe to retry because nothing was sent; `CancellationError`.
    func publish(
        _ properties: AMQPProperties, _ body: ByteBuffer, by deadline: ContinuousClock.Instant
    ) async throws {
        while true {
            switch tryPublish(properties, body) {
            case .available: return
            case .closed: throw lostError
            case .full: try await waitForRoom(by: deadline)
            }
        }
    }

    /// Waits until the output buffer has room, or the connection has ended.
    ///
    /// - Throws: ``/MicroCore/MicroError`` at the deadline; `CancellationError`.
    func waitForRoom(by deadline: ContinuousClock.Instant) async throws {
        let error = connection.kind.error(
            .deadlineExceeded, "\(connection) accepts no more data", isSafeToRetry: true)
        let channel = channel
        try await withDeadline(deadline, orThrow: error) { await channel.waitForRoom() }
    }

    private var lostError: MicroError {
        connection.kind.error(.unavailable, "the connection to \(connection) was lost", isSafeToRetry: true)
    }
}
