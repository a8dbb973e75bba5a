// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
import NIOCore
import Synchronization

/// An in-process broker, for development and tests. It is the reference implementation of the contract.
///
/// Messages do not leave the process and are lost when it ends. Brokers with different delivery guarantees do not share
/// messages.
///
/// With at-least-once delivery, a queue or a durable subscription is identified by its name and its topic. Published messages
/// are stored, within the limits of the backend, for subscribers that return and for replay. When the limits are reached, the
/// oldest messages that no subscription needs are removed; if there are none, publishing fails with `resourceExhausted`.
public final class MemoryBroker: Broker {
    /// Configuration of a `MemoryBroker`.
    public struct Configuration: Sendable {
        /// The number of times that a message is delivered on failures; at most once by default.
        public var delivery = DeliveryGuarantee.atMostOnce
        /// The maximum size of a message in bytes of headers and body; 4 MiB by default.
        public var maxBodySize = 4 * 1024 * 1024
        /// How long an operation waits for a stopped backend; 5 s by default.
        public var timeout = Duration.seconds(5)

        /// Creates the default configuration.
        public init() {}
    }

    private let backend: MemoryBackend
    private let configuration: Configuration
    private let isClosed = Atomic(false)
    private let subscriptions = Mutex<[Int: OpenSubscription]>([:])

    /// A subscription, and the action that removes it from the backend.
    private struct OpenSubscription {
        let source: Subscription.Source
        let detach: @Sendable () -> Void
    }

    /// Creates a client of a backend.
    public init(backend: MemoryBackend = .shared, configuration: Configuration = Configuration()) {
        self.backend = backend
        self.configuration = configuration
    }

    /// Creates a client of a backend with a delivery guarantee.
    public convenience init(backend: MemoryBackend = .shared, delivery: DeliveryGuarantee) {
        var configuration = Configuration()
        configuration.delivery = delivery
        self.init(backend: backend, configuration: configuration)
    }

    /// `memory`
    public var name: String { "memory" }

    /// `the memory of this process`
    public var description: String { "the memory of this process" }

    /// Requests with at-most-once delivery, all features of acknowledgements with at-least-once delivery, and the other
    /// features with both.
    public var capabilities: BrokerCapabilities {
        var features: BrokerFeatures = [.queues, .ordering, .wildcards, .repeatedHeaders]
        switch configuration.delivery {
        case .atMostOnce: features.insert(.requests)
        case .atLeastOnce: features.formUnion([.acknowledgements, .deadLetters, .durability, .replay])
        }
        return BrokerCapabilities(
            delivery: configuration.delivery, features: features, maxBodySize: configuration.maxBodySize)
    }

    /// See ``/MicroCore/Broker/publish(_:to:)``.
    public func publish(_ message: BrokerMessage, to topic: String) async throws {
        try check(message, topic)
        if !isReachable { try await waitForBackend() }
        switch configuration.delivery {
        case .atMostOnce: backend.exchange.publish(Delivery(topic: topic, message: message))
        case .atLeastOnce: try backend.log.append(message, to: topic)
        }
    }

    /// See ``/MicroCore/Broker/subscribe(to:queue:options:)``.
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

    /// See ``/MicroCore/Broker/request(_:to:deadline:)``.
    public func request(
        _ message: BrokerMessage, to topic: String, deadline: ContinuousClock.Instant
    ) async throws -> BrokerMessage {
        guard configuration.delivery == .atMostOnce else {
            throw MicroError(
                .unsupported, "\(self) supports requests only with at-most-once delivery",
                origin: MicroError.Origin.broker,
                isSafeToRetry: true)
        }
        try check(message, topic)
        if !isReachable { try await waitForBackend(until: deadline) }
        let firstReply = Promise<BrokerMessage>()
        let delivery = Delivery(
            topic: topic, message: message,
            reply: { [self] reply in
                try check(reply, topic)
                firstReply.resolve(with: .success(reply))
            })
        guard backend.exchange.publish(delivery) else {
            throw MicroError(
                .notFound, "\(topic) has no subscriber in \(self)", origin: MicroError.Origin.broker,
                isSafeToRetry: true)
        }
        let timeoutError = MicroError(
            .deadlineExceeded, "no subscriber of \(topic) in \(self) replied in time", origin: MicroError.Origin.broker)
        return try await firstReply.value(until: deadline, orThrow: timeoutError)
    }

    /// See ``/MicroCore/Broker/close(deadline:)``.
    public func close(deadline: ContinuousClock.Instant) async {
        isClosed.store(true, ordering: .sequentiallyConsistent)
        backend.brokerOutage.releaseWaiters(of: ObjectIdentifier(self))
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
        let outage = backend.brokerOutage
        let reporterID = outage.makeID()
        let (subscription, source) = Subscription.makeStream(options: options) { [weak self] in
            detach()
            outage.remove(reporterID)
            self?.subscriptions.withLock { $0[id] = nil }
        }
        subscriptions.withLock { $0[id] = OpenSubscription(source: source, detach: detach) }
        try attach(source)
        outage.add(reporterID, source)
        // If the broker was closed in the meantime, close() has not ended this subscription.
        if isClosed.load(ordering: .sequentiallyConsistent) { source.finish() }
        try checkOpen()
        return subscription
    }

    // MARK: Checks

    private var isReachable: Bool { !backend.brokerOutage.isActive }

    /// Waits until the backend is reachable.
    ///
    /// - Parameter deadline: When to stop waiting; nil for the timeout of the configuration.
    private func waitForBackend(until deadline: ContinuousClock.Instant? = nil) async throws {
        let limit = deadline ?? ContinuousClock.now + configuration.timeout
        try await backend.brokerOutage.wait(until: limit, for: ObjectIdentifier(self)) {
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
