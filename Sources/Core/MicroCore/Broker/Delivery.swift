// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A message as it has come to a subscription.
public struct Delivery: Sendable {
    /// What became of a delivery, for the adapter.
    public enum Settlement: Sendable, Hashable {
        /// It was handled: it must not come again.
        case acknowledged
        /// It could not be handled: it comes again, not before the delay has passed.
        case rejected(after: Duration?)
        /// Nobody has looked at it, since the subscription has ended: it is for somebody else, and does not count as an
        /// attempt where the backend can tell the difference.
        case returned
    }

    /// The topic that it was published to; of a subscription to a pattern, the concrete one.
    public let topic: String
    /// What was published.
    public let message: BrokerMessage
    /// 1 for the first delivery of the message to this subscription or its queue, 2 for the second, and so on.
    public let attempt: Int
    /// How many deliveries were dropped since the one before, for want of room: see ``SubscribeOptions/maxBufferedMessages``.
    public internal(set) var droppedBefore = 0

    let receipt: Receipt?
    private let sendReply: (@Sendable (BrokerMessage) async throws -> Void)?

    /// Creates a delivery, for the author of an adapter.
    ///
    /// - Parameters:
    ///   - settle: Called at most once, when it is known what became of the delivery; it must not block. Nil for a broker
    ///     without acknowledgements.
    ///   - reply: Sends a reply to who published it; nil if no reply is expected.
    public init(
        topic: String, message: BrokerMessage, attempt: Int = 1, settle: (@Sendable (Settlement) -> Void)? = nil,
        reply: (@Sendable (BrokerMessage) async throws -> Void)? = nil
    ) {
        self.topic = topic
        self.message = message
        self.attempt = attempt
        receipt = settle.map(Receipt.init)
        sendReply = reply
    }

    /// Says that the message was handled: it does not come again. On a broker without acknowledgements, where nothing
    /// comes again, it changes nothing. Only the first of several acknowledgements and rejections counts; after the
    /// subscription has ended it still does.
    public func acknowledge() { receipt?.settle(.acknowledged) }

    /// Says that the message could not be handled: it comes again, to this subscription or to another of its queue.
    ///
    /// - Parameter delay: How long it stays away at least; nil for as soon as may be.
    /// - Throws: ``MicroError`` with `unsupported` on a broker without acknowledgements.
    public func reject(after delay: Duration? = nil) throws {
        guard let receipt else {
            throw MicroError(
                .unsupported, "what came to \(topic) cannot be rejected: its broker delivers at most once",
                origin: MicroError.Origin.broker)
        }
        receipt.settle(.rejected(after: delay))
    }

    /// Whether who published it waits for a reply.
    public var isRequest: Bool { sendReply != nil }

    /// Replies to who published it by ``Broker/request(_:to:deadline:)``.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` if no reply is expected; otherwise as ``Broker/publish(_:to:)``.
    public func reply(with message: BrokerMessage) async throws {
        guard let sendReply else {
            throw MicroError(
                .invalidArgument, "nobody waits for a reply to what came to \(topic)",
                origin: MicroError.Origin.broker)
        }
        try await sendReply(message)
    }
}

/// Settles a delivery once, and tells the subscription that it is not in hand any more.
final class Receipt: Sendable {
    private let onSettle: @Sendable (Delivery.Settlement) -> Void
    private let isSettled = Atomic(false)
    /// Set when the delivery is handed out.
    private let owner = Mutex<DeliveryInbox?>(nil)

    init(_ onSettle: @escaping @Sendable (Delivery.Settlement) -> Void) { self.onSettle = onSettle }

    /// What nobody settles comes again when its time is over; it is not in hand for ever.
    deinit { owner.withLock(\.self)?.didSettleDelivery() }

    func markDelivered(from inbox: DeliveryInbox) { owner.withLock { $0 = inbox } }

    /// Nobody has seen it: it is not in hand after all.
    func markUndelivered() { owner.withLock { $0 = nil } }

    func settle(_ settlement: Delivery.Settlement) {
        guard !isSettled.exchange(true, ordering: .acquiringAndReleasing) else { return }
        onSettle(settlement)
        owner.withLock { $0.take() }?.didSettleDelivery()
    }
}
