// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Logging
public import MicroCore

/// go-micro's HTTP broker, which needs no broker server. Subscribers register in a registry, and publishers send each
/// message to all subscribers over HTTP. Go and Swift programs can subscribe to each other's topics.
///
/// * Delivery is at most once. When ``publish(_:to:)`` returns, the message is in the buffer of every subscriber that
///   accepted it, so that the messages of one publisher keep their order.
/// * A subscriber that is unreachable or rejects a message does not delay the others. The publication fails only if no
///   subscriber received the message; otherwise the failure is logged. In a queue, another member is tried if the first
///   one definitely did not receive the message.
/// * While the registry is unavailable, the subscribers are unknown: publications wait for it until their timeout.
/// * Publishers cache the subscribers of a topic for at most 50 ms, and `subscribe` returns 50 ms after the registration
///   is visible. Therefore a subscriber misses no message that is published after `subscribe` has returned (see
///   `HTTPSubscriberCache`), provided that the registry shows all clients the same records, which is not the case with
///   stale reads. Subscribers in Go do not wait, so they can miss messages for up to 50 ms.
public final class HTTPBroker: Broker {
    private let registry: any Registry
    private let configuration: HTTPBrokerConfiguration
    private let logger: Logger
    private let transport: HTTPTransport
    private let subscriberCache: HTTPSubscriberCache
    private let subscriptions = HTTPSubscriptions()
    private let brokerListener: HTTPBrokerListener
    private let messageSender: HTTPMessageSender
    private let publications = HTTPPublicationTracker()
    private let warnings = LogThrottle()
    /// The part that the IDs of all subscriptions of this broker have in common, as in go-micro.
    private let id = UUID().uuidString.lowercased()

    /// Creates a broker. It opens no connection until it is used, and listens once there is a subscription.
    ///
    /// - Parameters:
    ///   - registry: The registry of the subscribers. Closing the broker does not close it.
    ///   - configuration: The listening address and the limits.
    ///   - logger: Logs failed deliveries and lost registrations.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` if a limit is not above zero, or exceeds 1 GiB.
    public init(
        registry: any Registry, configuration: HTTPBrokerConfiguration = HTTPBrokerConfiguration(),
        logger: Logger = .component("http")
    ) throws {
        guard (1...(1 << 30)).contains(configuration.maxBodySize), configuration.timeout > .zero,
            configuration.heartbeatInterval > .zero
        else {
            throw MicroError(
                .invalidArgument,
                "HTTPBrokerConfiguration: timeout and heartbeatInterval must be above zero, and maxBodySize between "
                    + "1 byte and 1 GiB",
                origin: MicroError.Origin.broker)
        }
        self.registry = registry
        self.configuration = configuration
        self.logger = logger
        transport = HTTPTransport(
            configuration: configuration.transportConfiguration, wireFormat: HTTPBrokerWireFormat(), logger: logger)
        subscriberCache = HTTPSubscriberCache(registry: registry)
        brokerListener = HTTPBrokerListener(
            transport: transport, configuration: configuration, registryServers: registry.serverAddresses,
            logger: logger)
        messageSender = HTTPMessageSender(transport: transport)
    }

    deinit { brokerListener.cancel() }

    /// `http`
    public var name: String { "http" }

    /// At most once, with queues, ordering and direct delivery.
    public var capabilities: BrokerCapabilities {
        BrokerCapabilities(
            delivery: .atMostOnce, features: [.queues, .ordering, .directDelivery],
            maxBodySize: configuration.maxBodySize)
    }

    /// A description such as `HTTP broker on Consul at http://127.0.0.1:8500`.
    public var description: String { "HTTP broker on \(registry)" }

    /// See ``/MicroCore/Broker/publish(_:to:)``. It returns when all subscribers have responded, or after
    /// ``HTTPBrokerConfiguration/timeout``.
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
            } catch is CancellationError where !Task.isCancelled {
                // Closing the broker has cancelled the read of the subscribers.
                throw MicroError.brokerClosed
            }
        }
    }

    /// See ``/MicroCore/Broker/subscribe(to:queue:options:)``.
    public func subscribe(
        to topic: String, queue: String?, options: SubscribeOptions
    ) async throws -> Subscription {
        try options.validate(topic: topic, queue: queue, for: capabilities.features, of: description)
        try Task.checkCancellation()
        let deadline = ContinuousClock.now + configuration.timeout
        let subscriberID = "broker-\(id).\(UUID().uuidString.lowercased())"
        let (subscription, source) = Subscription.makeStream(options: options) {
            // Retains the broker, so that it exists as long as its subscriptions.
            self.subscriptions.end(subscriberID)
        }
        // Add the subscription before the registration, so that it can receive messages as soon as they arrive.
        try subscriptions.add(subscriberID, topic: topic, source)
        do {
            try await register(subscriberID, topic: topic, queue: queue, by: deadline)
            return subscription
        } catch {
            source.finish()
            // Closing the broker has cancelled the registration.
            if error is CancellationError, !Task.isCancelled { throw MicroError.brokerClosed }
            throw (error as? MicroError)?.asBrokerError ?? error
        }
    }

    /// See ``/MicroCore/Broker/close(deadline:)``. The broker deregisters its subscribers, receives what publishers with
    /// an older list of subscribers still send, and waits for the handlers.
    public func close(deadline: ContinuousClock.Instant) async {
        publications.stopAccepting()
        async let publicationsCompleted: Void = publications.waitForCompletion(deadline: deadline)
        await subscriptions.deregister(deadline: deadline)
        await brokerListener.close(deadline: deadline)
        await subscriptions.drain(deadline: deadline)
        await publicationsCompleted
        await subscriberCache.close()
        await transport.close()
    }

    private func register(
        _ subscriberID: String, topic: String, queue: String?, by deadline: ContinuousClock.Instant
    ) async throws {
        let timeoutError = MicroError(
            .deadlineExceeded, "the subscription to \(topic) was not registered in time",
            origin: MicroError.Origin.broker, isSafeToRetry: true)
        let address = try await withDeadline(deadline, orThrow: timeoutError) { [brokerListener, subscriptions] in
            try await brokerListener.open { try subscriptions.receive($0) }
        }

        var heartbeat = Registration.Configuration()
        (heartbeat.timeToLive, heartbeat.interval) = (
            configuration.heartbeatInterval * 2, configuration.heartbeatInterval
        )
        heartbeat.backoff = Backoff(base: .milliseconds(50), maxDelay: .seconds(10))
        let layouts = HTTPSubscriberRegistry(
            registry: registry, subscriberID: subscriberID, topic: topic, queue: queue, address: address)
        let registration = try Registration(of: layouts.record, in: layouts, configuration: heartbeat, logger: logger)
        let start = subscriptions.maintainRegistration(subscriberID, registration, startingBy: deadline)
        try await withDeadline(deadline, orThrow: timeoutError) { try await start.value }
        try await subscriberCache.waitUntilVisible(subscriberID, on: topic, by: deadline)
    }

    /// Throws if there are subscribers, but none received the message. Otherwise, logs failures.
    private func checkOutcomes(_ outcomes: [HTTPMessageSender.Outcome], _ encodedMessage: HTTPBrokerMessage) throws {
        let failures = outcomes.compactMap { if case .failed(let error) = $0 { error } else { nil } }
        guard let first = failures.first else { return }
        if outcomes.contains(where: { if case .delivered = $0 { true } else { false } }) {
            return logger.warning(
                "a message was not delivered to all subscribers", throttle: warnings,
                metadata: ["topic": "\(encodedMessage.topic)", "failures": "\(failures.count)", "cause": "\(first)"])
        }
        let preservedCodes: [MicroError.Code] = [
            .deadlineExceeded, .payloadTooLarge, .resourceExhausted, .unauthenticated, .permissionDenied, .closed,
        ]
        throw MicroError(
            preservedCodes.contains(first.code) ? first.code : .unavailable,
            "none of the \(failures.count) known subscribers of \(encodedMessage.topic) received the message: "
                + first.message,
            origin: MicroError.Origin.broker, cause: first, isSafeToRetry: failures.allSatisfy(\.isSafeToRetry))
    }
}
