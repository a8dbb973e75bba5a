// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
public import Logging
public import MicroCore
import NIOCore
import Synchronization

/// A broker on [RabbitMQ](https://www.rabbitmq.com) 3.10 and later, over AMQP 0-9-1.
///
/// Topics are routing keys of one topic exchange, so that every AMQP client can take part. Messages of go-micro's RabbitMQ
/// plugin are read, and written if configured.
///
/// With at-most-once delivery, a subscription has a queue of its own that ends with its connection, and subscriptions of one
/// group share a queue that is deleted with the last of them. With at-least-once delivery, queues are durable, and published
/// messages are confirmed.
///
/// A client has two connections: a server that is short of memory or disk space stops reading from connections that publish.
public final class RabbitMQBroker: Broker {
    private struct State {
        var feeds: [UInt64: Feed] = [:]
        var nextID: UInt64 = 0
    }

    /// What fills a subscription.
    private struct Feed: Sendable {
        let consumer: RabbitMQConsumer
        let source: Subscription.Source
    }

    /// How long a server keeps the queue of a subscription without a name after a loss of the connection.
    private static let ephemeralQueueLifetime = Duration.seconds(600)
    /// How long a server keeps the queue of a group with at-most-once delivery without subscribers, in milliseconds.
    private static let groupQueueLifetime: Int64 = 60_000

    private let configuration: RabbitMQConfiguration
    let publishing: RabbitMQConnectionManager
    private let consuming: RabbitMQConnectionManager
    private let publisher: RabbitMQPublisher
    private let requests: RabbitMQRequests
    private let format: RabbitMQMessageFormat
    private let redeliveries = DrainTracker()
    /// The subscriptions without a name, whose queues have to be deleted.
    private let deletions = DrainTracker()
    private let state = Mutex(State())
    /// Set when closing begins. After that only settlements are sent.
    private let isClosed = Atomic(false)

    /// Creates a client, which connects on first use.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` for an invalid address, name or limit, or a user without a
    ///   password.
    public init(configuration: RabbitMQConfiguration = .init(), logger: Logger = .component("rabbitmq")) throws {
        self.configuration = configuration
        publishing = try RabbitMQConnectionManager(configuration, role: .broker, logger: logger)
        consuming = try RabbitMQConnectionManager(configuration, role: .broker, logger: logger)
        publisher = RabbitMQPublisher(publishing, usesConfirms: configuration.delivery == .atLeastOnce)
        requests = RabbitMQRequests(publishing)
        format = RabbitMQMessageFormat(configuration)
    }

    deinit {
        publishing.stop()
        consuming.stop()
    }

    /// `rabbitmq`
    public var name: String { "rabbitmq" }

    /// The features of the configured delivery guarantee.
    public var capabilities: BrokerCapabilities {
        BrokerCapabilities(
            delivery: configuration.delivery, features: features, maxBodySize: configuration.maxMessageSize)
    }

    private var features: BrokerFeatures {
        let common: BrokerFeatures = [.queues, .ordering, .wildcards]
        return common.union(
            configuration.delivery == .atMostOnce ? [.requests] : [.acknowledgements, .deadLetters, .durability])
    }

    /// Such as `RabbitMQ at amqp://127.0.0.1:5672`, with all addresses.
    public var description: String { publishing.description }

    /// See ``/MicroCore/Broker/publish(_:to:)``.
    ///
    /// With at-most-once delivery, only the first publication on a connection waits for the server to accept it. The
    /// refusal of a later one, because a permission was revoked, is reported by the publications after it.
    public func publish(_ message: BrokerMessage, to topic: String) async throws {
        try checkOpen()
        try TopicRules.check(topic: topic)
        let publication = AMQPPublication(
            exchange: configuration.exchange, routingKey: topic,
            properties: try format.properties(of: message, to: topic, maxFrameSize: publisher.maxFrameSize),
            body: message.body)
        if configuration.delivery == .atMostOnce, publisher.tryPublish(publication) { return }
        try await publisher.publish(publication, by: .now + configuration.timeout)
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
        let (subscription, source) = Subscription.makeStream(options: options) {
            self.state.withLock { $0.feeds.removeValue(forKey: id) }?.consumer.end()
        }
        let plan = plan(topic, queue, options)
        let receiver = makeReceiver(plan, options)
        let consumer = RabbitMQConsumer(
            plan, connection: consuming,
            handlers: .init(
                delivered: { receiver.receive($0, on: $1, source) }, reported: source.report,
                waitUntilSettled: receiver.waitUntilSettled), deletions: deletions)
        do {
            guard register(Feed(consumer: consumer, source: source), id) else { throw publishing.closedError }
            try await consumer.start(by: .now + configuration.timeout)
            return subscription
        } catch {
            source.finish()
            throw error
        }
    }

    private func makeReceiver(
        _ plan: RabbitMQConsumer.Plan, _ options: SubscribeOptions
    ) -> any RabbitMQReceiver {
        guard configuration.delivery == .atLeastOnce else {
            return RabbitMQUnacknowledgedReceiver(
                format: format, publisher: publisher, timeout: configuration.timeout)
        }
        let redelivery = RabbitMQRedelivery(
            of: plan.queue, deadLetterTopic: options.deadLetterTopic, connection: publishing, publisher: publisher,
            tasks: redeliveries)
        return RabbitMQAcknowledgedReceiver(
            format, redelivery, maxAttempts: options.maxAttempts ?? .max,
            acknowledgementTimeout: options.acknowledgementTimeout ?? configuration.acknowledgementTimeout)
    }

    private func plan(_ topic: String, _ queue: String?, _ options: SubscribeOptions) -> RabbitMQConsumer.Plan {
        guard configuration.delivery == .atLeastOnce else {
            return .init(
                name: topic, queue: transientQueue(topic, queue), bindingKeys: [RabbitMQNames.bindingKey(topic)])
        }
        var arguments: AMQPTable = ["x-queue-type": .string(configuration.queueType.rawValue)]
        if configuration.queueType == .quorum {
            // This toolkit counts attempts. -1, no limit in RabbitMQ 4, drops messages in 3.10.
            arguments.fields.append(.init(name: "x-delivery-limit", value: .integer(Int64(Int32.max))))
        }
        let isNamed = queue != nil || options.durableName != nil
        if let lifetime = isNamed ? configuration.unusedQueueLifetime : Self.ephemeralQueueLifetime {
            arguments.fields.append(.init(name: "x-expires", value: .integer(lifetime.components.seconds * 1000)))
        }
        let name =
            if let queue {
                groupName(topic, queue, kind: "queue")
            } else {
                RabbitMQNames.queue(
                    configuration.exchange, topic, kind: isNamed ? "durable" : "subscription",
                    options.durableName ?? UUID().uuidString)
            }
        return .init(
            name: topic, queue: .init(name: name, isDurable: true, arguments: arguments),
            bindingKeys: [RabbitMQNames.bindingKey(topic)],
            prefetch: UInt16(clamping: options.maxInFlight ?? configuration.maxInFlight), isDeletedAtEnd: !isNamed)
    }

    /// The queue of a subscription with at-most-once delivery.
    private func transientQueue(_ topic: String, _ queue: String?) -> AMQPCommand.Queue {
        guard let queue else {
            // The server generates the name: after a lost connection, a name chosen by the client may still be in use.
            return .init(
                name: "", isExclusive: true, isAutoDelete: true, arguments: ["x-queue-type": .string("classic")])
        }
        let name = groupName(topic, queue, kind: "group")
        // As go-micro's plugin declares it. RabbitMQ 4.3 refuses it by default.
        if configuration.format == .goMicro { return .init(name: name, isAutoDelete: true) }
        return .init(
            name: name, isDurable: true, isAutoDelete: true,
            arguments: ["x-queue-type": .string("classic"), "x-expires": .integer(Self.groupQueueLifetime)])
    }

    private func groupName(_ topic: String, _ queue: String, kind: String) -> String {
        configuration.format == .goMicro
            ? queue : RabbitMQNames.queue(configuration.exchange, topic, kind: kind, queue)
    }

    /// See ``/MicroCore/Broker/request(_:to:deadline:)``.
    public func request(
        _ message: BrokerMessage, to topic: String, deadline: ContinuousClock.Instant
    ) async throws -> BrokerMessage {
        try checkOpen()
        try TopicRules.check(topic: topic)
        guard configuration.delivery == .atMostOnce else {
            throw MicroError(
                .unsupported, "\(description) supports no requests with at-least-once delivery",
                origin: MicroError.Origin.broker, isSafeToRetry: true)
        }
        let properties = try format.properties(of: message, to: topic, maxFrameSize: publisher.maxFrameSize)
        let noSubscribersError = MicroError(
            .notFound, "\(topic) has no subscribers at \(description)", origin: MicroError.Origin.broker,
            isSafeToRetry: true)
        let reply = try await requests.request(
            to: topic, properties, message.body, by: deadline, noRouteError: noSubscribersError)
        return format.decode(reply)
    }

    /// See ``/MicroCore/Broker/close(deadline:)``.
    public func close(deadline: ContinuousClock.Instant) async {
        isClosed.store(true, ordering: .sequentiallyConsistent)
        let feeds = state.withLock { Array($0.feeds.values) }
        await withTaskGroup(of: Void.self) { group in
            for feed in feeds {
                group.addTask {
                    await feed.consumer.stopReceiving(by: deadline)
                    await feed.source.drain(deadline: deadline)
                }
            }
        }
        await deletions.waitUntilIdle(deadline: deadline)
        redeliveries.stopAccepting()
        await redeliveries.waitUntilIdle(deadline: deadline)
        await consuming.close(by: deadline)
        await publishing.close(by: deadline)
    }

    private func checkOpen() throws { if isClosed.load(ordering: .relaxed) { throw publishing.closedError } }

    /// - Returns: False if the broker is closed: `close` would miss the feed.
    private func register(_ feed: Feed, _ id: UInt64) -> Bool {
        state.withLock { state in
            let isOpen = !isClosed.load(ordering: .sequentiallyConsistent)
            if isOpen { state.feeds[id] = feed }
            return isOpen
        }
    }
}
