// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Synchronization

/// The deliveries of a subscriber, as an asynchronous sequence.
///
/// * It survives every loss of the backend. It ends with ``cancel()``, when its broker is closed, when its last reference is
///   released, and for a reader whose task is cancelled.
/// * A delivery is *in flight* from the moment it is read until it is acknowledged or rejected. On a broker without
///   acknowledgements, it is in flight until the next delivery is requested.
/// * Deliveries that a slow reader has not read wait in a bounded buffer. The next delivery counts those that were dropped.
/// * With several readers, each delivery goes to one of them.
public final class Subscription: AsyncSequence, Sendable {
    /// A delivered message.
    public typealias Element = Delivery
    /// A subscription does not throw: it survives failures of the backend.
    public typealias Failure = Never

    private let inbox: DeliveryInbox

    private init(inbox: DeliveryInbox) { self.inbox = inbox }

    deinit { inbox.end() }

    /// Makes a subscription and the source that feeds it, for authors of adapters.
    ///
    /// - Parameters:
    ///   - options: The limits of the buffer.
    ///   - onEnd: Called once when the subscription ends or begins to drain, for whatever reason: it takes no more
    ///     deliveries. It must not block.
    public static func makeStream(
        options: SubscribeOptions, onEnd: @escaping @Sendable () -> Void = {}
    ) -> (subscription: Subscription, source: Source) {
        let inbox = DeliveryInbox(
            maxCount: options.maxBufferedMessages, maxBytes: options.maxBufferedBytes, onEnd: onEnd)
        return (Subscription(inbox: inbox), Source(inbox: inbox))
    }

    /// The number of deliveries that were dropped so far because the buffer was full.
    public var droppedCount: Int { inbox.totalDropped }

    /// Why the backend delivers nothing at the moment, such as because the permission to subscribe was revoked; nil if nothing
    /// is known to be wrong. The adapter keeps trying to restore the subscription.
    public var problem: MicroError? { inbox.problem.withLock(\.self) }

    /// Ends the subscription. After it returns, no reader gets another delivery. Deliveries in flight can still be handled
    /// and settled.
    ///
    /// Cancelling twice, or while a delivery is handled, is allowed.
    public func cancel() async { inbox.end() }

    /// Takes no new deliveries, and ends once all received ones have been handled, or at the deadline.
    ///
    /// - Returns: Whether all received deliveries were handled.
    @discardableResult
    public func drain(deadline: ContinuousClock.Instant) async -> Bool { await inbox.drain(deadline: deadline) }

    /// Makes an iterator.
    public func makeAsyncIterator() -> Iterator { Iterator(reader: Reader(subscription: self)) }

    /// Reads a subscription.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let reader: Reader

        /// Waits for the next delivery; nil once the subscription has ended.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async -> Delivery? {
            if let delivery = reader.takeFromBatch() { return delivery }
            return await reader.next()
        }
    }

    /// Feeds a subscription.
    public struct Source: Sendable {
        fileprivate let inbox: DeliveryInbox

        /// Adds a delivery. Beyond the limits of the buffer, the oldest delivery is dropped; after the end of the
        /// subscription, the added delivery is dropped.
        public func yield(_ delivery: Delivery) { inbox.put(CollectionOfOne(delivery)) }

        /// Adds several deliveries, which costs less than adding each.
        public func yield(contentsOf deliveries: [Delivery]) { inbox.put(deliveries) }

        /// Sets ``Subscription/problem``: why the backend delivers nothing at the moment, or nil once it delivers again.
        public func report(_ problem: MicroError?) { inbox.problem.withLock { $0 = problem } }

        /// Ends the subscription immediately. Deliveries that were not read are returned.
        public func finish() { inbox.end() }

        /// Ends the subscription once all its deliveries have been handled, or at the deadline.
        ///
        /// - Returns: Whether all deliveries were handled.
        @discardableResult
        public func drain(deadline: ContinuousClock.Instant) async -> Bool {
            await inbox.drain(deadline: deadline)
        }

        /// The number of deliveries that were not read yet.
        public var pendingCount: Int { inbox.count }

        /// Whether the subscription has ended.
        public var hasEnded: Bool { inbox.hasEnded }
    }

    /// The batch that one loop has taken. It retains the subscription for as long as the loop runs.
    fileprivate final class Reader {
        private let subscription: Subscription
        private var batch = Deque<Delivery>()
        private var hasBatch = false

        init(subscription: Subscription) { self.subscription = subscription }

        deinit {
            if hasBatch { subscription.inbox.returnBatch(batch) }
        }

        /// Takes most deliveries, without a lock.
        func takeFromBatch() -> Delivery? {
            subscription.inbox.hasEnded || Task.isCancelled ? nil : batch.popFirst()
        }

        func next() async -> Delivery? {
            let inbox = subscription.inbox
            if hasBatch { inbox.returnBatch(batch) }
            (batch, hasBatch) = ([], false)
            batch = await inbox.take(atMost: Self.maxBatchSize)
            hasBatch = !batch.isEmpty
            // The subscription can end between the resumption of this task and here.
            return inbox.hasEnded ? nil : batch.popFirst()
        }

        private static let maxBatchSize = 128
    }
}

extension Subscription {
    /// Runs a handler for each delivery until the subscription has ended, or the task is cancelled.
    ///
    /// A delivery is acknowledged after its handler has succeeded, never before. If the handler throws, the failure is
    /// reported, and on a broker with acknowledgements the delivery is rejected with a delay that grows with its attempts.
    /// Other deliveries are not affected.
    ///
    /// - Parameters:
    ///   - concurrency: The number of handlers that run at a time; at least 1. With more than one, deliveries are handled out
    ///     of order.
    ///   - backoff: The delay of a redelivery after a failure.
    ///   - onFailure: Called for each failure.
    ///   - handler: Handles a delivery. A `CancellationError` while the task is cancelled is not a failure: the delivery is
    ///     returned for redelivery, on a broker with acknowledgements.
    public func handle(
        concurrency: Int = 1, backoff: Backoff = Backoff(base: .milliseconds(100), maxDelay: .seconds(30)),
        onFailure: @escaping @Sendable (Delivery, any Error) -> Void = { _, _ in },
        _ handler: @escaping @Sendable (Delivery) async throws -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<Swift.max(1, concurrency) {
                group.addTask { [inbox] in
                    var hasBatch = false
                    while true {
                        if hasBatch { inbox.returnBatch([]) }
                        guard let delivery = await inbox.take(atMost: 1).first else { return }
                        hasBatch = true
                        // The subscription can end between the resumption of this task and here.
                        if inbox.hasEnded { return inbox.returnBatch([delivery]) }
                        await Self.handle(delivery, backoff, onFailure, handler)
                    }
                }
            }
        }
    }

    private static func handle(
        _ delivery: Delivery, _ backoff: Backoff, _ onFailure: (Delivery, any Error) -> Void,
        _ handler: (Delivery) async throws -> Void
    ) async {
        do {
            try await handler(delivery)
            delivery.acknowledge()
        } catch {
            let wasCancelled = error is CancellationError && Task.isCancelled
            if !wasCancelled { onFailure(delivery, error) }
            delivery.receipt?.settle(
                wasCancelled ? .returned : .rejected(after: backoff.delay(attempt: delivery.attempt - 1)))
        }
    }
}
