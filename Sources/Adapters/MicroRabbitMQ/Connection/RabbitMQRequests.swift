// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
import MicroCore
import NIOCore
import Synchronization

/// Receives the replies to one request, or the messages of one stream. Called on the thread of the connection.
protocol RabbitMQReplyHandler: AnyObject, Sendable {
    func receive(_ content: AMQPContent)
    /// No queue got a message that was published with this routing key.
    func messageReturned(_ routingKey: String)
    /// Further replies are lost, or not wanted any more.
    ///
    /// - Parameter notifiesPeer: Whether to notify the peer, which can still be reached.
    func repliesEnded(_ error: MicroError, notifiesPeer: Bool)
}

/// Sends requests and receives their replies by
/// [direct reply-to](https://www.rabbitmq.com/docs/direct-reply-to): without a queue, on the channel of the requests.
final class RabbitMQRequests: Sendable {
    /// The pseudo queue of replies.
    private static let replyQueue = "amq.rabbitmq.reply-to"

    private let connection: RabbitMQConnectionManager
    /// By the correlation ID.
    private let handlers = Mutex<[String: any RabbitMQReplyHandler]>([:])
    private let channel = Mutex<RabbitMQChannel?>(nil)
    private let opening = AsyncSemaphore(1)

    init(_ connection: RabbitMQConnectionManager) { self.connection = connection }

    /// Publishes a request and waits for the first reply.
    ///
    /// - Parameters:
    ///   - key: The routing key at the exchange of the configuration.
    ///   - noRouteError: The error if no queue gets the request.
    ///   - onAbandon: Called if the request was sent, and the task is cancelled or ``failAll(_:notifyingPeers:)`` ends it.
    /// - Throws: ``/MicroCore/MicroError``, `CancellationError`.
    func request(
        to key: String, _ properties: AMQPProperties, _ body: ByteBuffer, by deadline: ContinuousClock.Instant,
        noRouteError: MicroError, onAbandon: @escaping @Sendable (RabbitMQRoute) -> Void = { _ in }
    ) async throws -> AMQPContent {
        let route = try await makeRoute(to: key, by: deadline)
        try await connection.currentSession?.waitUntilUnblocked(by: deadline)
        let request = PendingRequest(route, noRouteError, onAbandon)
        register(request, at: route)
        defer { remove(route) }
        try await route.publish(properties, body, by: deadline)
        let connection = connection
        do {
            return try await request.reply.value(
                until: deadline,
                orThrow: connection.kind.error(
                    .deadlineExceeded, "no reply to a request to \(key) before the deadline (\(connection))"))
        } catch let error as CancellationError {
            onAbandon(route)
            throw error
        }
    }

    /// Makes the route of a new request or stream, once there is a channel.
    ///
    /// - Throws: ``/MicroCore/MicroError``, which is safe to retry because nothing was published; `CancellationError`.
    func makeRoute(to key: String, by deadline: ContinuousClock.Instant) async throws -> RabbitMQRoute {
        let channel: RabbitMQChannel
        do { channel = try await openChannel(by: deadline) } catch var error as MicroError {
            error.isSafeToRetry = true
            throw error
        }
        return RabbitMQRoute(
            connection: connection, channel: channel, exchange: connection.configuration.exchange, routingKey: key,
            correlationID: UUID().uuidString.lowercased(), replyTo: Self.replyQueue)
    }

    /// Adds a handler of replies. Called before anything is published on the route.
    func register(_ handler: any RabbitMQReplyHandler, at route: RabbitMQRoute) {
        handlers.withLock { $0[route.correlationID] = handler }
    }

    func remove(_ route: RabbitMQRoute) { handlers.withLock { _ = $0.removeValue(forKey: route.correlationID) } }

    /// Fails everything that waits for replies.
    func failAll(_ error: MicroError, notifyingPeers notifiesPeer: Bool = false) {
        let failed = handlers.withLock { handlers in
            defer { handlers = [:] }
            return Array(handlers.values)
        }
        for handler in failed { handler.repliesEnded(error, notifiesPeer: notifiesPeer) }
    }

    private func openChannel(by deadline: ContinuousClock.Instant) async throws -> RabbitMQChannel {
        if let channel = channel.withLock(\.self), channel.isOpen { return channel }
        let session = try await connection.connected(by: deadline)
        return try await opening.withPermit(by: deadline, orThrow: session.timeoutError("did not open a channel")) {
            if let channel = channel.withLock(\.self), channel.isOpen { return channel }
            try await session.ensureExchange(connection.configuration, by: deadline)
            let opened = try session.makeChannel(channelHandlers(session))
            try await opened.perform(
                [.channelOpen, .basicConsume(queue: Self.replyQueue, tag: "", isAcknowledged: false)], by: deadline)
            channel.withLock { $0 = opened }
            return opened
        }
    }

    private func channelHandlers(_ session: RabbitMQSession) -> RabbitMQChannel.Handlers {
        RabbitMQChannel.Handlers(
            delivered: { [weak self] contents in
                for content in contents { self?.handler(of: content.properties)?.receive(content) }
            },
            returned: { [weak self] method, properties in
                self?.handler(of: properties)?.messageReturned(method.routingKey)
            },
            ended: { [weak self] error in
                if error.isMissingEntity { session.hasExchange.store(false, ordering: .releasing) }
                self?.failAll(error)
            })
    }

    private func handler(of properties: AMQPProperties) -> (any RabbitMQReplyHandler)? {
        guard let id = properties.correlationID else { return nil }
        return handlers.withLock { $0[id] }
    }
}

/// A request that was registered and has no reply yet.
private final class PendingRequest: RabbitMQReplyHandler {
    let reply = Promise<AMQPContent>()
    private let route: RabbitMQRoute
    private let noRouteError: MicroError
    private let onAbandon: @Sendable (RabbitMQRoute) -> Void

    init(
        _ route: RabbitMQRoute, _ noRouteError: MicroError, _ onAbandon: @escaping @Sendable (RabbitMQRoute) -> Void
    ) {
        self.route = route
        self.noRouteError = noRouteError
        self.onAbandon = onAbandon
    }

    func receive(_ content: AMQPContent) { reply.resolve(with: .success(content)) }

    func messageReturned(_ routingKey: String) {
        if routingKey == route.routingKey { reply.reject(with: noRouteError) }
    }

    func repliesEnded(_ error: MicroError, notifiesPeer: Bool) {
        var error = error
        // The request may have been handled.
        error.isSafeToRetry = false
        if reply.reject(with: error), notifiesPeer { onAbandon(route) }
    }
}
