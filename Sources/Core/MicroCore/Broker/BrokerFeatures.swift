// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The optional parts of the broker contract. The report of the conformance suite lists those that an adapter does not
/// claim.
public struct BrokerFeatures: OptionSet, Sendable, Hashable {
    /// The bits of the set.
    public let rawValue: UInt

    /// Creates a set from its bits.
    public init(rawValue: UInt) { self.rawValue = rawValue }

    /// Each message goes to one of the subscriptions with the same queue.
    public static let queues = BrokerFeatures(rawValue: 1 << 0)
    /// Messages of one publisher to one topic are delivered in the order in which they were published.
    public static let ordering = BrokerFeatures(rawValue: 1 << 1)
    /// Subscriptions to patterns with `*` and `>`.
    public static let wildcards = BrokerFeatures(rawValue: 1 << 2)
    /// Deliveries are acknowledged or rejected, and delivered again if they are not acknowledged in time. Requires
    /// at-least-once delivery and a limit of deliveries in flight.
    public static let acknowledgements = BrokerFeatures(rawValue: 1 << 3)
    /// Messages that exceed the attempt limit go to a dead-letter topic.
    public static let deadLetters = BrokerFeatures(rawValue: 1 << 4)
    /// A subscription with a queue or a durable name gets the messages that were published while it had no subscriber.
    public static let durability = BrokerFeatures(rawValue: 1 << 5)
    /// A new subscription can begin with messages that were published before.
    public static let replay = BrokerFeatures(rawValue: 1 << 6)
    /// Requests that a subscriber replies to.
    public static let requests = BrokerFeatures(rawValue: 1 << 7)
    /// Headers keep their order, and a name can occur several times. Without this feature, a message with a repeated
    /// name is refused with `unsupported`.
    public static let repeatedHeaders = BrokerFeatures(rawValue: 1 << 8)
    /// Publishers send messages to the subscribers directly, without a server. Publishing fails if a registered
    /// subscriber cannot be reached or refuses the message, and no other subscriber received it.
    public static let directDelivery = BrokerFeatures(rawValue: 1 << 9)

    /// Every feature with its name, in a stable order.
    public static let named: [(name: String, feature: BrokerFeatures)] = [
        ("queues", .queues), ("ordering", .ordering), ("wildcards", .wildcards),
        ("acknowledgements", .acknowledgements), ("deadLetters", .deadLetters), ("durability", .durability),
        ("replay", .replay), ("requests", .requests), ("repeatedHeaders", .repeatedHeaders),
        ("directDelivery", .directDelivery),
    ]

    /// The names of the features in this set.
    public var names: [String] { Self.named.filter { contains($0.feature) }.map(\.name) }
}
