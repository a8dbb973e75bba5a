// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging
public import MicroCore
import Synchronization

/// A broker on [NATS](https://nats.io) 2.9 and later: at most once by its core, or at least once by JetStream.
///
/// Topics are NATS' subjects and queues its queue groups, so that every NATS client takes part; messages of go-micro are
/// read, and written if asked for.
public final class NATSBroker: Broker {
    private struct Content {
        var open: [UInt64: any NATSFeed] = [:]
        var nextID: UInt64 = 0
    }

    private let connection: NATSConnectionManager
    private let requests: NATSRequests
    private let format: NATSFormat
    private let jetStream: JetStream?
    /// Whether a message goes out as it is, and is done with.
    private let canPublishDirectly: Bool
    private let content = Mutex(Content())
    /// From the beginning of the close on: acknowledgements still go out then, and nothing else.
    private let isClosed = Atomic(false)

    /// Creates a client. Nothing is connected until it is used.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`: an address, a limit or the stream cannot be one, or there
    ///   is a user without a password.
    public init(configuration: NATSConfiguration = .init(), logger: Logger = .current) throws {
        let connection = try NATSConnectionManager(configuration, logger: logger)
        let requests = NATSRequests(connection)
        self.connection = connection
        self.requests = requests
        canPublishDirectly = configuration.delivery == .atMostOnce && configuration.format == .native
        switch configuration.delivery {
        case .atMostOnce:
            format = NATSFormat(configuration.format, reservedBytes: 0)
            jetStream = nil
        case .atLeastOnce(let stream):
            format = NATSFormat(configuration.format, reservedBytes: JetStream.reservedHeaderSize)
            jetStream = JetStream(stream, connection: connection, requests: requests, format: format, logger: logger)
        }
    }

    /// Creates a client of `nats://127.0.0.1:4222`.
    ///
    /// - Throws: As ``init(configuration:logger:)``.
    public convenience init(delivery: NATSDelivery, logger: Logger = .current) throws {
        var configuration = NATSConfiguration()
        configuration.delivery = delivery
        try self.init(configuration: configuration, logger: logger)
    }

    deinit { connection.stop() }

    /// `nats`
    public var name: String { "nats" }

    /// All of a delivery class. go-micro's format has no place for several headers of one name.
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

    /// Such as `NATS at nats://127.0.0.1:4222`, with all addresses.
    public var description: String { connection.description }

    /// See ``MicroCore/Broker/publish(_:to:)``. After a login the first message to a topic waits for the server's word that
    /// the topic is allowed.
    public func publish(_ message: BrokerMessage, to topic: String) async throws {
        try checkOpen()
        try TopicRules.check(headers: message.headers)
        // Most messages take this way, which costs little more than the copy of the message.
        if canPublishDirectly, connection.tryPublish(message, to: topic) { return }
        try await publishWaiting(message, to: topic)
    }

    private func publishWaiting(_ message: BrokerMessage, to topic: String) async throws {
        try TopicRules.check(topic: topic)
        let message = try format.encode(message, by: connection)
        if let jetStream { return try await jetStream.publish(message, to: topic) }
        let deadline = ContinuousClock.now + connection.configuration.timeout
        try await connection.send(to: topic, by: deadline) { $0.appendPublish(message, to: topic) }
        try await connection.confirm(publicationTo: topic, by: deadline)
    }

    /// See ``MicroCore/Broker/subscribe(to:queue:options:)``.
    public func subscribe(
        to topic: String, queue: String?, options: SubscribeOptions
    ) async throws -> Subscription {
        try checkOpen()
        try options.validate(topic: topic, queue: queue, for: features, of: description)
        let id = content.withLock { content in
            content.nextID += 1
            return content.nextID
        }
        // Holds the broker: it goes on for as long as somebody has a subscription of it.
        let end = NATSFeedTermination { self.content.withLock { _ = $0.open.removeValue(forKey: id) } }
        let (subscription, source) = Subscription.makeStream(options: options) { end.subscriptionEnded() }
        let feed: any NATSFeed =
            if let jetStream {
                try jetStream.feed(source, topic: topic, queue: queue, options: options)
            } else {
                try CoreFeed(source, topic: topic, queue: queue, connection: connection, format: format)
            }
        do {
            guard end.attach(to: feed), register(feed, id) else { throw MicroError.brokerClosed(description) }
            try await feed.start(by: .now + connection.configuration.timeout)
            return subscription
        } catch {
            source.finish()
            throw error
        }
    }

    /// See ``MicroCore/Broker/request(_:to:deadline:)``.
    public func request(
        _ message: BrokerMessage, to topic: String, deadline: ContinuousClock.Instant
    ) async throws -> BrokerMessage {
        try checkOpen()
        try TopicRules.check(topic: topic)
        guard jetStream == nil else {
            throw MicroError(
                .unsupported, "\(description) has no requests and replies where it delivers at least once",
                origin: MicroError.Origin.broker, isSafeToRetry: true)
        }
        let reply = try await requests.request(try format.encode(message, by: connection), to: topic, by: deadline)
        switch reply.status {
        case nil: return format.decode(reply)
        case 503:
            throw MicroError(
                .notFound, "nobody subscribes to \(topic) at \(description)", origin: MicroError.Origin.broker,
                isSafeToRetry: true)
        case let status?:
            throw MicroError(
                .internal, "\(description) answered a request to \(topic) with \(status) \(reply.reason)",
                origin: MicroError.Origin.broker)
        }
    }

    /// See ``MicroCore/Broker/close(deadline:)``.
    public func close(deadline: ContinuousClock.Instant) async {
        isClosed.store(true, ordering: .sequentiallyConsistent)
        let open = content.withLock { Array($0.open.values) }
        for feed in open { feed.stopReceiving() }
        // What the server has sent until now has come when it answers.
        await connection.flush(by: deadline)
        await withTaskGroup(of: Void.self) { group in
            for feed in open { group.addTask { await feed.source.drain(deadline: deadline) } }
        }
        await jetStream?.close(by: deadline)
        await connection.close(by: deadline)
    }

    private func checkOpen() throws {
        if isClosed.load(ordering: .relaxed) { throw MicroError.brokerClosed(description) }
    }

    /// False if nobody would close it.
    private func register(_ feed: any NATSFeed, _ id: UInt64) -> Bool {
        content.withLock { content in
            let isOpen = !isClosed.load(ordering: .sequentiallyConsistent)
            if isOpen { content.open[id] = feed }
            return isOpen
        }
    }
}

/// What fills a subscription.
protocol NATSFeed: AnyObject, Sendable {
    var source: Subscription.Source { get }
    /// Returns when the subscription is in effect.
    ///
    /// - Throws: ``MicroCore/MicroError``, `CancellationError`. The subscription is ended then.
    func start(by deadline: ContinuousClock.Instant) async throws
    /// Asks for nothing more; what is on its way still comes.
    func stopReceiving()
    /// The subscription has ended. Does not wait.
    func end()
}

/// Tells a feed that its subscription has ended, whichever of the two comes first.
private final class NATSFeedTermination: Sendable {
    private let state = Mutex<(feed: (any NATSFeed)?, hasEnded: Bool)>((nil, false))
    private let onEnd: @Sendable () -> Void

    init(_ onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }

    /// False if the subscription has ended already.
    func attach(to feed: any NATSFeed) -> Bool {
        let hasEnded = state.withLock { state in
            if !state.hasEnded { state.feed = feed }
            return state.hasEnded
        }
        if hasEnded { feed.end() }
        return !hasEnded
    }

    func subscriptionEnded() {
        let feed = state.withLock { state in
            state.hasEnded = true
            return state.feed.take()
        }
        feed?.end()
        onEnd()
    }
}

/// What the core of NATS delivers: at most once.
private final class CoreFeed: NATSFeed {
    let source: Subscription.Source
    private let connection: NATSConnectionManager
    private let subscription: NATSSubscription

    init(
        _ source: Subscription.Source, topic: String, queue: String?, connection: NATSConnectionManager,
        format: NATSFormat
    ) throws {
        self.source = source
        self.connection = connection
        subscription = try connection.subscribe(topic, queue: queue) { [weak connection] messages in
            guard let connection else { return }
            source.yield(contentsOf: messages.map { Self.delivery($0, format, connection) })
        }
    }

    func start(by deadline: ContinuousClock.Instant) async throws {
        try await connection.confirm(by: deadline)
        if let error = connection.denial(ofSubscriptionTo: subscription.subject) { throw error }
    }

    func stopReceiving() { connection.sendIfConnected { $0.appendUnsubscribe(subscription.id) } }

    func end() { connection.unsubscribe(subscription) }

    private static func delivery(_ message: NATSMessage, _ format: NATSFormat, _ connection: NATSConnectionManager)
        -> Delivery
    {
        guard let inbox = message.reply else {
            return Delivery(topic: message.subject, message: format.decode(message))
        }
        return Delivery(
            topic: message.subject, message: format.decode(message),
            reply: { reply in
                let reply = try format.encode(reply, by: connection)
                try await connection.send { $0.appendPublish(reply, to: inbox) }
            })
    }
}
