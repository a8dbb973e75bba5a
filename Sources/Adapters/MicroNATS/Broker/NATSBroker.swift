// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
public import Logging
public import MicroCore
import Synchronization

/// A broker on [NATS](https://nats.io) 2.9 and later: at most once with core NATS, at least once with JetStream.
///
/// Topics are NATS subjects and queues are NATS queue groups, so any NATS client can participate. The broker reads
/// go-micro's messages, and writes them if configured.
public final class NATSBroker: Broker {
    private struct State {
        var feeds: [UInt64: any NATSFeed] = [:]
        var nextID: UInt64 = 0
    }

    let connection: NATSConnectionManager
    private let requests: NATSRequests
    private let format: NATSMessageFormat
    private let jetStream: JetStream?
    /// Whether messages are published unchanged and without a confirmation.
    private let canPublishDirectly: Bool
    private let state = Mutex(State())
    /// Set when closing begins. Afterwards, only acknowledgements are sent.
    private let isClosed = Atomic(false)

    /// Creates a client, which connects on first use.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` for an invalid address, limit or stream, or a user without
    ///   a password.
    public init(configuration: NATSConfiguration = .init(), logger: Logger = .component("nats")) throws {
        let connection = try NATSConnectionManager(configuration, role: .broker, logger: logger)
        let requests = NATSRequests(connection)
        self.connection = connection
        self.requests = requests
        canPublishDirectly = configuration.delivery == .atMostOnce && configuration.format == .native
        switch configuration.delivery {
        case .atMostOnce:
            format = NATSMessageFormat(configuration.format, reservedBytes: 0)
            jetStream = nil
        case .atLeastOnce(let stream):
            format = NATSMessageFormat(configuration.format, reservedBytes: JetStream.reservedHeaderSize)
            jetStream = JetStream(stream, connection: connection, requests: requests, format: format, logger: logger)
        }
    }

    /// Creates a client of `nats://127.0.0.1:4222`.
    ///
    /// - Throws: As ``init(configuration:logger:)``.
    public convenience init(delivery: NATSDelivery, logger: Logger = .component("nats")) throws {
        var configuration = NATSConfiguration()
        configuration.delivery = delivery
        try self.init(configuration: configuration, logger: logger)
    }

    deinit { connection.stop() }

    /// `nats`
    public var name: String { "nats" }

    /// The features of the configured delivery guarantee. go-micro's format cannot hold several headers of one name.
    public var capabilities: BrokerCapabilities {
        BrokerCapabilities(
            delivery: jetStream == nil ? .atMostOnce : .atLeastOnce, features: features,
            maxBodySize: format.maxBodySize(by: connection))
    }

    private var features: BrokerFeatures {
        var features: BrokerFeatures = [.queues, .ordering, .wildcards]
        if connection.configuration.format == .native { features.insert(.repeatedHeaders) }
        return features.union(
            jetStream == nil ? [.requests] : [.acknowledgements, .deadLetters, .durability, .replay])
    }

    /// All addresses, such as `NATS at nats://127.0.0.1:4222`.
    public var description: String { connection.description }

    /// See ``/MicroCore/Broker/publish(_:to:)``. With credentials, the first publication to each topic waits for the server's
    /// confirmation that the topic is allowed.
    public func publish(_ message: BrokerMessage, to topic: String) async throws {
        try checkOpen()
        try TopicRules.check(headers: message.headers)
        // The fast path costs little more than a copy of the message.
        if canPublishDirectly, connection.tryPublish(message, to: topic) { return }
        try await publishWaiting(message, to: topic)
    }

    private func publishWaiting(_ message: BrokerMessage, to topic: String) async throws {
        try TopicRules.check(topic: topic)
        let message = try format.encode(message, to: topic, by: connection)
        if let jetStream { return try await jetStream.publish(message, to: topic) }
        let deadline = ContinuousClock.now + connection.configuration.timeout
        try await connection.publish(message, to: topic, by: deadline)
    }

    /// See ``/MicroCore/Broker/subscribe(to:queue:options:)``.
    public func subscribe(
        to topic: String, queue: String?, options: SubscribeOptions
    ) async throws -> Subscription {
        try checkOpen()
        try options.validate(topic: topic, queue: queue, for: features, of: description)
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        // Retains the broker: it stays open as long as one of its subscriptions exists.
        let termination = NATSFeedTermination { self.state.withLock { _ = $0.feeds.removeValue(forKey: id) } }
        let (subscription, source) = Subscription.makeStream(options: options) { termination.subscriptionEnded() }
        let feed: any NATSFeed =
            if let jetStream {
                try jetStream.makeFeed(source, topic: topic, queue: queue, options: options)
            } else {
                try NATSCoreFeed(source, topic: topic, queue: queue, connection: connection, format: format)
            }
        do {
            guard termination.attach(to: feed), register(feed, id) else { throw connection.closedError }
            try await feed.start(by: .now + connection.configuration.timeout)
            return subscription
        } catch {
            source.finish()
            throw error
        }
    }

    /// See ``/MicroCore/Broker/request(_:to:deadline:)``.
    public func request(
        _ message: BrokerMessage, to topic: String, deadline: ContinuousClock.Instant
    ) async throws -> BrokerMessage {
        try checkOpen()
        try TopicRules.check(topic: topic)
        guard jetStream == nil else {
            throw MicroError(
                .unsupported, "\(description) supports no requests with at-least-once delivery",
                origin: MicroError.Origin.broker, isSafeToRetry: true)
        }
        let reply = try await requests.request(
            try format.encode(message, to: topic, by: connection), to: topic, by: deadline)
        switch reply.status {
        case nil: return format.decode(reply)
        case 503:
            throw MicroError(
                .notFound, "\(topic) has no subscribers at \(description)", origin: MicroError.Origin.broker,
                isSafeToRetry: true)
        case let status?:
            throw MicroError(
                .internal, "\(description) responded to a request to \(topic) with status \(status) \(reply.reason)",
                origin: MicroError.Origin.broker)
        }
    }

    /// See ``/MicroCore/Broker/close(deadline:)``.
    public func close(deadline: ContinuousClock.Instant) async {
        isClosed.store(true, ordering: .sequentiallyConsistent)
        let feeds = state.withLock { Array($0.feeds.values) }
        for feed in feeds { feed.stopReceiving() }
        // Everything that the server has sent so far arrives before its pong.
        await connection.flush(by: deadline)
        await withTaskGroup(of: Void.self) { group in
            for feed in feeds { group.addTask { await feed.source.drain(deadline: deadline) } }
        }
        await jetStream?.close(by: deadline)
        await connection.close(by: deadline)
    }

    private func checkOpen() throws { if isClosed.load(ordering: .relaxed) { throw connection.closedError } }

    /// - Returns: False if the broker is closed, because `close` would not end the feed.
    private func register(_ feed: any NATSFeed, _ id: UInt64) -> Bool {
        state.withLock { state in
            let isOpen = !isClosed.load(ordering: .sequentiallyConsistent)
            if isOpen { state.feeds[id] = feed }
            return isOpen
        }
    }
}
