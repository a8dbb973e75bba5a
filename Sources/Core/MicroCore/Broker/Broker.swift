// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Where events are published and subscribed to: NATS, the subscribers of other processes, the memory of this one.
///
/// Every adapter keeps the same contract; an adapter's own file says only what is special about it.
///
/// * All operations throw ``MicroError`` or `CancellationError`, keep the deadline of the adapter's configuration and
///   end promptly on cancellation.
/// * What an adapter does not claim in its capabilities it refuses with `unsupported`; it never ignores it.
/// * Topics, patterns, queue names and headers are checked by one set of rules (``TopicRules``) before anything is sent.
/// * A lost backend is looked for again with backoff and without end. Subscriptions with their queues and limits are in
///   force again once it is back; nobody has to subscribe anew.
///
/// `description` names the backend and its address for messages, such as `NATS at nats://127.0.0.1:4222`.
public protocol Broker: Sendable, CustomStringConvertible {
    /// The name of the kind, such as `nats`: what `MICRO_BROKER` is set to, and what nodes carry as `broker`.
    var name: String { get }

    /// What it can do beyond the core of the contract, and its limits.
    var capabilities: BrokerCapabilities { get }

    /// Publishes a message. It succeeds whether anybody subscribes or not.
    ///
    /// At most once: on return the message was handed over for sending. At least once: it is stored by the backend.
    /// While the backend is away the call waits for it until the deadline; messages are not queued without a caller.
    ///
    /// - Throws: `invalidTopic`, `invalidArgument` (headers), `payloadTooLarge` (before anything is sent),
    ///   `unsupported`, `unauthenticated`, `permissionDenied`, `resourceExhausted` (the backend's storage is full),
    ///   `unavailable`, `deadlineExceeded`, `closed`.
    func publish(_ message: BrokerMessage, to topic: String) async throws

    /// Subscribes to a topic, or to all topics of a pattern where wildcards are claimed.
    ///
    /// The subscription is in effect when this returns: what anybody publishes afterwards is delivered.
    ///
    /// - Parameters:
    ///   - topic: A topic, or a pattern: `*` stands for one token, `>` at the end for one or more.
    ///   - queue: Of the subscriptions with the same queue, in whatever process, each message goes to one.
    ///   - options: Limits, and what makes sense with acknowledgements.
    /// - Throws: As ``publish(_:to:)``, and `invalidName` for the queue.
    func subscribe(to topic: String, queue: String?, options: SubscribeOptions) async throws -> Subscription

    /// Publishes a message and waits for the first reply of a subscriber, where `requests` are claimed.
    ///
    /// - Throws: As ``publish(_:to:)``; `notFound` at once when nobody subscribes to the topic, `deadlineExceeded`
    ///   when nobody has replied by the deadline.
    func request(_ message: BrokerMessage, to topic: String, deadline: ContinuousClock.Instant) async throws
        -> BrokerMessage

    /// Closes in order: takes no new deliveries, waits until those that were received have been handled and
    /// acknowledged, flushes what was published, and ends all subscriptions; whatever is not done by the deadline is cut
    /// off. Closing twice is fine; every operation afterwards throws `closed`.
    func close(deadline: ContinuousClock.Instant) async
}

extension Broker {
    /// Subscribes for the time of a body: the documented form.
    ///
    /// ```swift
    /// try await broker.withSubscription(to: "user.created") { deliveries in
    ///     for await delivery in deliveries { print(delivery.message.body.readableBytes) }
    /// }
    /// ```
    ///
    /// - Throws: As ``subscribe(to:queue:options:)``, and what the body throws.
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

    /// Not claimed, unless the adapter has a method of its own.
    public func request(
        _ message: BrokerMessage, to topic: String, deadline: ContinuousClock.Instant
    ) async throws -> BrokerMessage {
        throw MicroError(
            .unsupported, "\(self) has no requests and replies", origin: MicroError.Origin.broker,
            isSafeToRetry: true)
    }

    /// Closes in order, within five seconds.
    public func close() async { await close(deadline: .now + .seconds(5)) }
}
