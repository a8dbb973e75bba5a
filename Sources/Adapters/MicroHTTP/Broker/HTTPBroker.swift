// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Logging
public import MicroCore
import Synchronization

/// The HTTP broker: go-micro's, without a server between. Subscribers register in a registry, and publishers bring each
/// message to all of them; Go and Swift subscribe to each other.
///
/// * At most once. A publication has come to the buffers of all subscribers when ``publish(_:to:)`` returns, so that one
///   publisher's messages keep their order.
/// * A subscriber that cannot be reached, or refuses, holds up no other. It is a failure of the publication only if
///   nobody got the message; otherwise it is logged. Of a queue another member is tried where the first certainly did
///   not get it.
/// * While the registry is away nobody can tell who subscribes: publications wait for it until their timeout.
/// * A publication asks the registry only if nobody has asked for the same topic within the last 50 ms, and a
///   subscription takes 50 ms more than its registration. That is how no message is lost from the moment that
///   `subscribe` returns (see `HTTPSubscriberCache`): as surely as the registry tells everybody what it tells the subscriber,
///   which a registry that is told to answer with stale reads does not. Go's subscribers do not wait.
public final class HTTPBroker: Broker {
    private let registry: any Registry
    private let configuration: HTTPBrokerConfiguration
    private let logger: Logger
    private let transport: HTTPTransport
    private let subscriberCache: HTTPSubscriberCache
    private let subscribers = HTTPSubscribers()
    private let brokerListener: HTTPBrokerListener
    private let messageSender: HTTPMessageSender
    private let publications = HTTPPublicationTracker()
    private let lastWarning = Mutex<ContinuousClock.Instant?>(nil)
    /// The first half of the IDs of all subscriptions, as go-micro has it.
    private let id = UUID().uuidString.lowercased()

    /// Creates a broker. Nothing is opened until it is used; the port only when something is subscribed to.
    ///
    /// - Parameters:
    ///   - registry: Where subscribers are registered and found. It stays open when the broker is closed.
    ///   - configuration: Where it listens, and its limits.
    ///   - logger: Told about subscribers that do not get their messages, and registrations that are lost.
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`: a limit is not above zero, or beyond 1 GiB.
    public init(
        registry: any Registry, configuration: HTTPBrokerConfiguration = HTTPBrokerConfiguration(),
        logger: Logger = .current
    ) throws {
        guard (1...(1 << 30)).contains(configuration.maxBodySize), configuration.timeout > .zero,
            configuration.heartbeatInterval > .zero
        else {
            throw MicroError(
                .invalidArgument,
                "an HTTP broker needs a timeout and a heartbeat above zero, and a body within 1 byte and 1 GiB",
                origin: MicroError.Origin.broker)
        }
        self.registry = registry
        self.configuration = configuration
        self.logger = logger
        transport = HTTPTransport(
            configuration: configuration.transportConfiguration, wireFormat: HTTPBrokerWireFormat(), logger: logger)
        subscriberCache = HTTPSubscriberCache(registry: registry)
        brokerListener = HTTPBrokerListener(transport: transport, configuration: configuration, logger: logger)
        messageSender = HTTPMessageSender(transport: transport)
    }

    deinit { brokerListener.cancel() }

    /// `http`
    public var name: String { "http" }

    /// What ``Message`` and go-micro's wire have room for.
    public var capabilities: BrokerCapabilities {
        BrokerCapabilities(
            delivery: .atMostOnce, features: [.queues, .ordering, .directDelivery],
            maxBodySize: configuration.maxBodySize)
    }

    /// Such as `HTTP broker on Consul at http://127.0.0.1:8500`.
    public var description: String { "HTTP broker on \(registry)" }

    /// See ``MicroCore/Broker/publish(_:to:)``. It returns when all subscribers have answered; one that does not takes it
    /// the time of the configuration.
    public func publish(_ message: BrokerMessage, to topic: String) async throws {
        try TopicRules.check(topic: topic)
        let encodedMessage = try HTTPBrokerMessage(
            message, to: topic, deadline: .now + configuration.timeout, maxBodySize: configuration.maxBodySize)
        try Task.checkCancellation()
        try await publications.run {
            do {
                let groups = try await subscriberCache.groups(of: topic, by: encodedMessage.deadline)
                try checkOutcomes(try await messageSender.deliver(encodedMessage, to: groups), encodedMessage)
            } catch let error as MicroError {
                throw error.asBrokerError
            }
        }
    }

    /// See ``MicroCore/Broker/subscribe(to:queue:options:)``.
    public func subscribe(
        to topic: String, queue: String?, options: SubscribeOptions
    ) async throws -> Subscription {
        try options.validate(topic: topic, queue: queue, for: capabilities.features, of: description)
        try Task.checkCancellation()
        let deadline = ContinuousClock.now + configuration.timeout
        let subscriberID = "broker-\(id).\(UUID().uuidString.lowercased())"
        let (subscription, source) = Subscription.makeStream(options: options) {
            // Holds the broker, so that it lives as long as its subscriptions.
            self.subscribers.end(subscriberID)
        }
        // Before anybody can know of it, so that nothing comes too early.
        try subscribers.add(subscriberID, topic: topic, source)
        do {
            try await register(subscriberID, topic: topic, queue: queue, by: deadline)
            return subscription
        } catch {
            source.finish()
            throw (error as? MicroError)?.asBrokerError ?? error
        }
    }

    /// See ``MicroCore/Broker/close(deadline:)``: deregisters, takes what still comes from publishers that do not know it
    /// yet, and waits for what is in hand.
    public func close(deadline: ContinuousClock.Instant) async {
        publications.stopAccepting()
        async let publicationsCompleted: Void = publications.waitForCompletion(deadline: deadline)
        await subscribers.deregister(deadline: deadline)
        await brokerListener.close(deadline: deadline)
        await subscribers.drain(deadline: deadline)
        await publicationsCompleted
        await subscriberCache.close()
        await transport.close()
    }

    private func register(
        _ subscriberID: String, topic: String, queue: String?, by deadline: ContinuousClock.Instant
    ) async throws {
        let late = MicroError(
            .deadlineExceeded, "the subscription to \(topic) was not made in time", origin: MicroError.Origin.broker,
            isSafeToRetry: true)
        let address = try await withDeadline(deadline, orThrow: late) { [brokerListener, subscribers] in
            try await brokerListener.open { try subscribers.receive($0) }
        }
        let node = Node(
            id: subscriberID, address: address.host, port: address.port, metadata: ["secure": "false"])
        let record = ServiceRecord(
            name: HTTPSubscriberCache.service(of: topic), version: queue ?? HTTPSubscriberCache.broadcastVersion,
            nodes: [node])
        var heartbeat = Registration.Configuration()
        (heartbeat.timeToLive, heartbeat.interval) = (
            configuration.heartbeatInterval * 2, configuration.heartbeatInterval
        )
        heartbeat.backoff = Backoff(base: .milliseconds(50), maxDelay: .seconds(10))
        let registration = try Registration(of: record, in: registry, configuration: heartbeat, logger: logger)
        let start = subscribers.maintainRegistration(subscriberID, registration, startingBy: deadline)
        try await withDeadline(deadline, orThrow: late) { try await start.value }
        try await subscriberCache.waitUntilVisible(subscriberID, on: topic, by: deadline)
    }

    /// Throws if somebody should have got the message, and nobody did.
    private func checkOutcomes(_ outcomes: [HTTPMessageSender.Outcome], _ encodedMessage: HTTPBrokerMessage) throws {
        let failures = outcomes.compactMap { if case .failed(let error) = $0 { error } else { nil } }
        guard let first = failures.first else { return }
        if outcomes.contains(where: { if case .delivered = $0 { true } else { false } }) {
            return logger.log(
                level: isWarningDue() ? .warning : .debug, "some subscribers did not get a message",
                metadata: ["topic": "\(encodedMessage.topic)", "failures": "\(failures.count)", "first": "\(first)"])
        }
        let preservedCodes: [MicroError.Code] = [
            .deadlineExceeded, .payloadTooLarge, .resourceExhausted, .unauthenticated, .permissionDenied, .closed,
        ]
        throw MicroError(
            preservedCodes.contains(first.code) ? first.code : .unavailable,
            "none of the \(failures.count) known subscribers of \(encodedMessage.topic) got the message: \(first.message)",
            origin: MicroError.Origin.broker, cause: first, isSafeToRetry: failures.allSatisfy(\.isSafeToRetry))
    }
}

extension HTTPBroker {
    /// Whether the last warning is a second ago: a dead subscriber of a busy topic is not told of with every message.
    private func isWarningDue() -> Bool {
        let now = ContinuousClock.now
        return lastWarning.withLock { last in
            guard last.map({ now - $0 >= .seconds(1) }) ?? true else { return false }
            last = now
            return true
        }
    }
}

extension MicroError {
    /// The same, as the broker reports it who uses the registry or the transport.
    fileprivate var asBrokerError: MicroError {
        var error = self
        if origin == Origin.transport && code == .closed { error.message = MicroError.brokerClosed.message }
        error.origin = Origin.broker
        return error
    }

    /// The broker was closed.
    static var brokerClosed: MicroError {
        MicroError(.closed, "the HTTP broker is closed", origin: Origin.broker, isSafeToRetry: true)
    }
}
