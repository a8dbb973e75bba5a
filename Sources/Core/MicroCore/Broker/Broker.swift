// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A message broker: publishes and delivers events. Examples are NATS, the serverless HTTP broker, and the in-process
/// memory broker.
///
/// Every adapter keeps the following contract. An adapter documents only its additional guarantees.
///
/// * All operations throw ``MicroError`` or `CancellationError`, and end promptly on cancellation. They keep the timeout of
///   the adapter's configuration, except for requests and closing, which have deadlines of their own.
/// * An operation or option that needs a feature which the adapter does not claim in its capabilities fails with
///   `unsupported`. It is never ignored.
/// * Topics, patterns, queue names and headers are checked by the same rules in all adapters (``TopicRules``), before
///   anything is sent.
/// * After a loss of the backend, the adapter reconnects with backoff and without limit, and restores subscriptions
///   with their queues and limits; callers do not subscribe again.
///
/// `description` names the backend and its address for messages, such as `NATS at nats://127.0.0.1:4222`.
public protocol Broker: Sendable, CustomStringConvertible {
    /// The kind of broker, such as `nats`. It is the name by which settings select the adapter, and the value of the node
    /// metadata `broker`.
    var name: String { get }

    /// The optional parts of the contract that this broker supports, and its limits.
    var capabilities: BrokerCapabilities { get }

    /// Publishes a message. It succeeds with and without subscribers.
    ///
    /// On return, a broker with at-most-once delivery has queued the message for sending, and a broker with
    /// at-least-once delivery has stored it in the backend. While the backend is unreachable, the call waits for it
    /// until the timeout; after a timeout, the message is not queued.
    ///
    /// - Throws: `invalidTopic`, `invalidArgument` (headers), `payloadTooLarge` (before anything is sent),
    ///   `unsupported`, `unauthenticated`, `permissionDenied`, `resourceExhausted` (the backend's storage is full),
    ///   `unavailable`, `deadlineExceeded`, `closed`.
    func publish(_ message: BrokerMessage, to topic: String) async throws

    /// Subscribes to a topic, or to all topics that match a pattern if `wildcards` are claimed.
    ///
    /// The subscription is in effect when the call returns: every message that is published afterwards is delivered.
    ///
    /// - Parameters:
    ///   - topic: A topic, or a pattern: `*` matches one token, `>` at the end matches one or more.
    ///   - queue: The queue group; nil to receive every message. Each message goes to exactly one of the subscriptions
    ///     to the same topic or pattern with the same queue, in any process. The same queue name on two topics denotes
    ///     two queues.
    ///   - options: The limits of the subscription, and its options about acknowledgements.
    /// - Throws: As ``publish(_:to:)``, and `invalidName` for the queue.
    func subscribe(to topic: String, queue: String?, options: SubscribeOptions) async throws -> Subscription

    /// Publishes a message and waits for the first reply of a subscriber, if `requests` are claimed.
    ///
    /// The deadline replaces the adapter's configured timeout, even if that timeout is shorter.
    ///
    /// - Throws: As ``publish(_:to:)``; `notFound` immediately if the topic has no subscriber, `deadlineExceeded` if no
    ///   subscriber replied by the deadline.
    func request(_ message: BrokerMessage, to topic: String, deadline: ContinuousClock.Instant) async throws
        -> BrokerMessage

    /// Closes the broker gracefully: takes no new deliveries, waits until the received deliveries have been handled and
    /// acknowledged, flushes published messages, and ends all subscriptions. At the deadline it stops waiting and ends
    /// everything that remains.
    ///
    /// It returns immediately if idle. Closing twice is allowed. Every operation afterwards throws `closed`. Other
    /// clients are not affected.
    func close(deadline: ContinuousClock.Instant) async
}

extension Broker {
    /// Subscribes, runs the body with the subscription, and cancels the subscription when the body returns or throws.
    /// This is the recommended form.
    ///
    /// ```swift
    /// try await broker.withSubscription(to: "user.created") { deliveries in
    ///     for await delivery in deliveries { print(delivery.message.body.readableBytes) }
    /// }
    /// ```
    ///
    /// - Returns: The result of the body.
    /// - Throws: As ``subscribe(to:queue:options:)``, or the error of the body.
    public func withSubscription<Value>(
        to topic: String, queue: String? = nil, options: SubscribeOptions = SubscribeOptions(),
        _ body: (Subscription) async throws -> Value
    ) async throws -> Value {
        let subscription = try await subscribe(to: topic, queue: queue, options: options)
        do {
            let value = try await body(subscription)
            await subscription.cancel()
            return value
        } catch {
            await subscription.cancel()
            throw error
        }
    }

    /// Subscribes with the default options.
    ///
    /// - Throws: As ``subscribe(to:queue:options:)``.
    public func subscribe(to topic: String, queue: String? = nil) async throws -> Subscription {
        try await subscribe(to: topic, queue: queue, options: SubscribeOptions())
    }

    /// The default for brokers that do not claim `requests`: throws `unsupported`.
    public func request(
        _ message: BrokerMessage, to topic: String, deadline: ContinuousClock.Instant
    ) async throws -> BrokerMessage {
        throw MicroError(
            .unsupported, "\(self) does not support requests and replies", origin: MicroError.Origin.broker,
            isSafeToRetry: true)
    }

    /// Closes the broker gracefully within five seconds: see ``close(deadline:)``.
    public func close() async { await close(deadline: .now + .seconds(5)) }
}
