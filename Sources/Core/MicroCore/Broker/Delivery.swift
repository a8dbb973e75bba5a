// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A message that was delivered to a subscription.
public struct Delivery: Sendable {
    /// The outcome of a delivery, which an adapter reports to its backend.
    public enum Settlement: Sendable, Hashable {
        /// The message was handled and must not be delivered again.
        case acknowledged
        /// The message could not be handled. It is delivered again after the delay.
        case rejected(after: Duration?)
        /// The subscription ended before the message was consumed. It is returned for redelivery, and does not count as an
        /// attempt if the backend can distinguish them.
        case returned
    }

    /// The topic that the message was published to. For a subscription to a pattern, this is the concrete topic.
    public let topic: String
    /// The published message.
    public let message: BrokerMessage
    /// The number of this attempt: 1 for the first delivery of the message to this subscription or its queue.
    public let attempt: Int
    /// The number of deliveries that were dropped since the previous one because the buffer was full: see
    /// ``SubscribeOptions/maxBufferedMessages``.
    public internal(set) var droppedBefore = 0

    let receipt: Receipt?
    private let sendReply: (@Sendable (BrokerMessage) async throws -> Void)?

    /// Creates a delivery, for authors of adapters.
    ///
    /// - Parameters:
    ///   - topic: The topic that the message was published to.
    ///   - message: The published message.
    ///   - attempt: The number of the attempt, from 1.
    ///   - settle: Called at most once with the outcome of the delivery. It must not block. Nil for a broker without
    ///     acknowledgements.
    ///   - reply: Sends a reply to the publisher; nil if it does not expect one.
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

    /// Reports that the message was handled, so that it is not delivered again. It applies to this message only.
    ///
    /// On a broker without acknowledgements, it has no effect, since no message is delivered again. Only the first of
    /// several acknowledgements and rejections has an effect, even after the subscription has ended.
    public func acknowledge() { receipt?.settle(.acknowledged) }

    /// Reports that the message could not be handled, so that it is delivered again to this subscription or to another
    /// subscription of its queue.
    ///
    /// - Parameter delay: The minimum time until the next delivery; nil for none.
    /// - Throws: ``MicroError`` with `unsupported` on a broker without acknowledgements.
    public func reject(after delay: Duration? = nil) throws {
        guard let receipt else {
            throw MicroError(
                .unsupported, "a delivery of \(topic) cannot be rejected: its broker delivers at most once",
                origin: MicroError.Origin.broker)
        }
        receipt.settle(.rejected(after: delay))
    }

    /// Whether the publisher waits for a reply.
    public var isRequest: Bool { sendReply != nil }

    /// Replies to a message that was published with ``Broker/request(_:to:deadline:)``.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` if the publisher does not expect a reply; otherwise as
    ///   ``Broker/publish(_:to:)``.
    public func reply(with message: BrokerMessage) async throws {
        guard let sendReply else {
            throw MicroError(
                .invalidArgument, "the publisher of the delivery of \(topic) does not expect a reply",
                origin: MicroError.Origin.broker)
        }
        try await sendReply(message)
    }
}
