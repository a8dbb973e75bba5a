// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
import NIOCore
import Synchronization

/// A broker in the memory of this process, for development and tests, and the reference for all others.
///
/// Nothing leaves the process, and nothing is kept when it ends. Brokers of different delivery classes do not see each
/// other's messages.
///
/// At least once, a queue or a durable subscription is known by its name and its topic. What is published is kept, for
/// who comes back and for who asks for what was before, within the limits of the backend: then the oldest messages go
/// that nobody waits for, and if there are none publishing fails with `resourceExhausted`.
public final class MemoryBroker: Broker {
    /// What a memory broker may be told.
    public struct Configuration: Sendable {
        /// How often a message is delivered when something goes wrong; at most once by default.
        public var delivery = DeliveryGuarantee.atMostOnce
        /// The largest message, in bytes of headers and body; 4 MiB by default.
        public var maxBodySize = 4 * 1024 * 1024
        /// How long an operation waits for a backend that was stopped; 5 s by default.
        public var timeout = Duration.seconds(5)

        /// The defaults.
        public init() {}
    }

    private let backend: MemoryBackend
    private let configuration: Configuration
    private let isClosed = Atomic(false)
    private let subscriptions = Mutex<[Int: OpenSubscription]>([:])

    /// A subscription, and how to have it get no more.
    private struct OpenSubscription {
        let source: Subscription.Source
        let detach: @Sendable () -> Void
    }

    /// Creates a client of a backend.
    public init(backend: MemoryBackend = .shared, configuration: Configuration = Configuration()) {
        self.backend = backend
        self.configuration = configuration
    }

    /// Creates a client of a backend.
    public convenience init(backend: MemoryBackend = .shared, delivery: DeliveryGuarantee) {
        var configuration = Configuration()
        configuration.delivery = delivery
        self.init(backend: backend, configuration: configuration)
    }

    /// `memory`
    public var name: String { "memory" }

    /// `the memory of this process`
    public var description: String { "the memory of this process" }

    /// At most once requests, at least once all that is about acknowledgements, and the rest either way.
    public var capabilities: BrokerCapabilities {
        var features: BrokerFeatures = [.queues, .ordering, .wildcards, .repeatedHeaders]
        switch configuration.delivery {
        case .atMostOnce: features.insert(.requests)
        case .atLeastOnce: features.formUnion([.acknowledgements, .deadLetters, .durability, .replay])
        }
        return BrokerCapabilities(
            delivery: configuration.delivery, features: features, maxBodySize: configuration.maxBodySize)
    }

    /// See ``MicroCore/Broker/publish(_:to:)``.
    public func publish(_ message: BrokerMessage, to topic: String) async throws {
        try check(message, topic)
        if !isReachable { try await waitForBackend() }
        switch configuration.delivery {
        case .atMostOnce: backend.exchange.publish(Delivery(topic: topic, message: message))
        case .atLeastOnce: try backend.log.append(message, to: topic)
        }
    }

    /// See ``MicroCore/Broker/subscribe(to:queue:options:)``.
    public func subscribe(to topic: String, queue: String?, options: SubscribeOptions) async throws -> Subscription {
        try checkOpen()
        try options.validate(topic: topic, queue: queue, for: capabilities.features, of: description)
        try Task.checkCancellation()
        if !isReachable { try await waitForBackend() }
        switch configuration.delivery {
        case .atMostOnce:
            let (exchange, id) = (backend.exchange, backend.exchange.makeID())
            return try open(id, options) { source in
                exchange.add(id, to: topic, queue: queue, source)
            } detach: {
                exchange.remove(id, from: topic, queue: queue)
            }
        case .atLeastOnce:
            let (log, id) = (backend.log, backend.log.makeID())
            let key = MemoryConsumer.Key(id, topic: topic, queue: queue, durableName: options.durableName)
            return try open(id, options) { source in
                try log.add(id, to: topic, as: key, options, source)
            } detach: {
                log.remove(id, from: key)
            }
        }
    }

    /// See ``MicroCore/Broker/request(_:to:deadline:)``.
    public func request(
        _ message: BrokerMessage, to topic: String, deadline: ContinuousClock.Instant
    ) async throws -> BrokerMessage {
        guard configuration.delivery == .atMostOnce else {
            throw MicroError(
                .unsupported, "\(self) has no requests at least once", origin: MicroError.Origin.broker,
                isSafeToRetry: true)
        }
        try check(message, topic)
        if !isReachable { try await waitForBackend(until: deadline) }
        let (replies, replyContinuation) = AsyncStream<BrokerMessage>.makeStream(bufferingPolicy: .bufferingOldest(1))
        let delivery = Delivery(
            topic: topic, message: message,
            reply: { [self] reply in
                try check(reply, topic)
                replyContinuation.yield(reply)
            })
        guard backend.exchange.publish(delivery) else {
            throw MicroError(
                .notFound, "nobody has subscribed to \(topic) in \(self)", origin: MicroError.Origin.broker,
                isSafeToRetry: true)
        }
        let timeoutError = MicroError(
            .deadlineExceeded, "nobody has replied in time to what was published to \(topic) in \(self)",
            origin: MicroError.Origin.broker)
        return try await withDeadline(deadline, orThrow: timeoutError) {
            for await reply in replies { return reply }
            throw CancellationError()
        }
    }

    /// See ``MicroCore/Broker/close(deadline:)``.
    public func close(deadline: ContinuousClock.Instant) async {
        isClosed.store(true, ordering: .sequentiallyConsistent)
        backend.brokerOutage.release(ObjectIdentifier(self))
        let open = subscriptions.withLock { $0.values.map(\.self) }
        for each in open { each.detach() }
        await withTaskGroup(of: Void.self) { group in
            for each in open { group.addTask { await each.source.drain(deadline: deadline) } }
        }
    }

    // MARK: Subscriptions

    private func open(
        _ id: Int, _ options: SubscribeOptions, attach: (Subscription.Source) throws -> Void,
        detach: @escaping @Sendable () -> Void
    ) throws -> Subscription {
        let (subscription, source) = Subscription.makeStream(options: options) { [weak self] in
            detach()
            self?.subscriptions.withLock { $0[id] = nil }
        }
        subscriptions.withLock { $0[id] = OpenSubscription(source: source, detach: detach) }
        try attach(source)
        // It may have been closed since: then nobody else ends this one.
        if isClosed.load(ordering: .sequentiallyConsistent) { source.finish() }
        try checkOpen()
        return subscription
    }

    // MARK: What is in the way

    private var isReachable: Bool { backend.brokerOutage.isOver }

    private func waitForBackend(until deadline: ContinuousClock.Instant? = nil) async throws {
        let limit = ContinuousClock.now + configuration.timeout
        try await backend.brokerOutage.wait(until: min(deadline ?? limit, limit), for: ObjectIdentifier(self)) {
            self.isClosed.load(ordering: .sequentiallyConsistent)
        }
        try checkOpen()
    }

    private func checkOpen() throws {
        guard !isClosed.load(ordering: .sequentiallyConsistent) else {
            throw MicroError(.closed, "the memory broker is closed", origin: MicroError.Origin.broker)
        }
    }

    private func check(_ message: BrokerMessage, _ topic: String) throws {
        try checkOpen()
        try TopicRules.check(topic: topic)
        try TopicRules.check(headers: message.headers)
        guard message.size <= configuration.maxBodySize else {
            throw MicroError(
                .payloadTooLarge,
                "a message to \(topic) has \(message.size) bytes, the limit is \(configuration.maxBodySize)",
                origin: MicroError.Origin.broker, isSafeToRetry: true)
        }
    }
}
