// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import DequeModule

/// What comes to a subscriber: an asynchronous sequence of deliveries, each once.
///
/// * It never ends by itself: it outlives every loss of the backend. It ends by ``cancel()``, when its broker is closed,
///   when nobody holds it any more, and for a reader whose task is cancelled.
/// * A delivery is *in hand* from the moment it is handed out until it is acknowledged or rejected or, on a broker
///   without acknowledgements, until the next one is asked for.
/// * What a slow reader has not taken waits in a bounded buffer; what is dropped is counted in the next delivery.
/// * With several readers each delivery goes to one of them.
public final class Subscription: AsyncSequence, Sendable {
    /// A message that has come.
    public typealias Element = Delivery
    /// It does not fail: see above.
    public typealias Failure = Never

    private let inbox: DeliveryInbox

    private init(inbox: DeliveryInbox) { self.inbox = inbox }

    deinit { inbox.end() }

    /// Makes a subscription and the half that feeds it, for the author of an adapter.
    ///
    /// - Parameters:
    ///   - options: The limits of the buffer.
    ///   - onEnd: Called once, when the subscription ends from whichever side or begins to drain: it wants nothing more.
    ///     It must not block.
    public static func makeStream(
        options: SubscribeOptions, onEnd: @escaping @Sendable () -> Void = {}
    ) -> (subscription: Subscription, source: Source) {
        let inbox = DeliveryInbox(
            maxCount: options.maxBufferedMessages, maxBytes: options.maxBufferedBytes, onEnd: onEnd)
        return (Subscription(inbox: inbox), Source(inbox: inbox))
    }

    /// How many deliveries were dropped so far, for want of room.
    public var dropped: Int { inbox.totalDropped }

    /// Ends the subscription. When it returns nothing new is handed out; what is in hand may be finished, and settled.
    /// Cancelling twice is fine, and so is cancelling while a delivery is handled.
    public func cancel() async { inbox.end() }

    /// Takes nothing new, and ends once everything that was received has been handled, or at the deadline.
    ///
    /// - Returns: Whether everything was handled.
    @discardableResult
    public func drain(deadline: ContinuousClock.Instant) async -> Bool { await inbox.drain(deadline: deadline) }

    /// The reading half.
    public func makeAsyncIterator() -> Iterator { Iterator(reader: Reader(subscription: self)) }

    /// Reads a subscription.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let reader: Reader

        /// The next delivery; nil once the subscription has ended.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async -> Delivery? {
            if let delivery = reader.takeFromBatch() { return delivery }
            return await reader.next(isolation: actor)
        }
    }

    /// Feeds a subscription.
    public struct Source: Sendable {
        fileprivate let inbox: DeliveryInbox

        /// Hands over a delivery. Beyond the limits of the buffer the oldest is dropped; after the end this one is.
        public func yield(_ delivery: Delivery) { inbox.put(CollectionOfOne(delivery)) }

        /// Hands over several at once, which costs less than one after the other.
        public func yield(contentsOf deliveries: [Delivery]) { inbox.put(deliveries) }

        /// Ends the subscription at once. What nobody has taken is returned.
        public func finish() { inbox.end() }

        /// Ends the subscription once everything that was yielded has been handled, or at the deadline.
        ///
        /// - Returns: Whether everything was handled.
        @discardableResult
        public func drain(deadline: ContinuousClock.Instant) async -> Bool {
            await inbox.drain(deadline: deadline)
        }

        /// How many deliveries wait for a reader.
        public var pendingCount: Int { inbox.count }

        /// Whether the subscription has ended.
        public var hasEnded: Bool { inbox.hasEnded }
    }

    /// What one loop over the subscription has taken. Holds the subscription, so that it lives as long as the loop.
    fileprivate final class Reader {
        private let subscription: Subscription
        private var batch = Deque<Delivery>()
        private var hasBatch = false

        init(subscription: Subscription) { self.subscription = subscription }

        deinit {
            if hasBatch { subscription.inbox.returnBatch(batch) }
        }

        /// Without a lock: most deliveries come this way.
        func takeFromBatch() -> Delivery? {
            subscription.inbox.hasEnded || Task.isCancelled ? nil : batch.popFirst()
        }

        func next(isolation actor: isolated (any Actor)?) async -> Delivery? {
            let inbox = subscription.inbox
            if hasBatch { inbox.returnBatch(batch) }
            (batch, hasBatch) = ([], false)
            batch = await inbox.take(atMost: Self.maxBatchSize, isolation: actor)
            hasBatch = !batch.isEmpty
            return batch.popFirst()
        }

        private static let maxBatchSize = 128
    }
}

extension Subscription {
    /// Runs a handler for each delivery until the subscription has ended, or the task is cancelled.
    ///
    /// A delivery is acknowledged after its handler has succeeded, never before. One whose handler fails is rejected, with
    /// a delay that grows with the attempts, where the broker has acknowledgements; it is reported in any case, and
    /// concerns no other delivery.
    ///
    /// - Parameters:
    ///   - concurrency: How many handlers run at a time; at least 1. With more than one, deliveries are handled out of order.
    ///   - backoff: How long what failed stays away.
    ///   - failed: Told of each failure.
    ///   - handler: Handles a delivery. A cancellation while the task is cancelled is no failure: the delivery comes again
    ///     where it can.
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
                        guard let delivery = await inbox.take(atMost: 1, isolation: nil).first else { return }
                        hasBatch = true
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
