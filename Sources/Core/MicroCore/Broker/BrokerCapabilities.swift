// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// How often a message is delivered when something goes wrong on the way.
public enum DeliveryGuarantee: String, Sendable, Hashable, CaseIterable {
    /// Once or, where a connection or a process breaks, not at all.
    case atMostOnce
    /// Once or, where a connection or a process breaks or nobody acknowledges, several times.
    case atLeastOnce
}

/// What a broker can do beyond the contract's core. A report of the conformance kit lists what is not claimed.
public struct BrokerFeatures: OptionSet, Sendable, Hashable {
    /// The bits.
    public let rawValue: UInt

    /// Creates a set from bits.
    public init(rawValue: UInt) { self.rawValue = rawValue }

    /// Of the subscriptions with the same queue each message goes to one.
    public static let queues = BrokerFeatures(rawValue: 1 << 0)
    /// Messages of one publisher to one topic arrive in the order in which they were published.
    public static let ordering = BrokerFeatures(rawValue: 1 << 1)
    /// Subscriptions to patterns: `*` and `>`.
    public static let wildcards = BrokerFeatures(rawValue: 1 << 2)
    /// Deliveries are acknowledged or rejected, and delivered again if not acknowledged in time: the second delivery
    /// class, and with it the limit on what is in flight.
    public static let acknowledgements = BrokerFeatures(rawValue: 1 << 3)
    /// What could not be handled so many times goes to another topic.
    public static let deadLetters = BrokerFeatures(rawValue: 1 << 4)
    /// A subscription with a queue, or with a name of its own, gets what was published while nobody had it.
    public static let durability = BrokerFeatures(rawValue: 1 << 5)
    /// A new subscription can ask for what was published before.
    public static let replay = BrokerFeatures(rawValue: 1 << 6)
    /// Requests, to which a subscriber replies.
    public static let requests = BrokerFeatures(rawValue: 1 << 7)
    /// Headers keep their order, and several of one name are kept. Without it a message that has several of one name is
    /// refused.
    public static let repeatedHeaders = BrokerFeatures(rawValue: 1 << 8)
    /// Publishers bring messages to the subscribers themselves, without a server between: one that is known to the
    /// registry and cannot be reached, or refuses, makes the publication fail when nobody else got it.
    public static let directDelivery = BrokerFeatures(rawValue: 1 << 9)

    /// Every feature with its name, in a stable order.
    public static let named: [(name: String, feature: BrokerFeatures)] = [
        ("queues", .queues), ("ordering", .ordering), ("wildcards", .wildcards),
        ("acknowledgements", .acknowledgements), ("deadLetters", .deadLetters), ("durability", .durability),
        ("replay", .replay), ("requests", .requests), ("repeatedHeaders", .repeatedHeaders),
        ("directDelivery", .directDelivery),
    ]

    /// The names of those in this set.
    public var names: [String] { Self.named.filter { contains($0.feature) }.map(\.name) }
}

/// What a broker can do, and its limits.
public struct BrokerCapabilities: Sendable, Hashable {
    /// How often a message is delivered when something goes wrong.
    public var delivery: DeliveryGuarantee
    /// What it does beyond the core.
    public var features: BrokerFeatures
    /// The largest body of a message without headers, in bytes. Where a server decides, it is what the server said last.
    public var maxBodySize: Int

    /// Creates capabilities.
    public init(delivery: DeliveryGuarantee, features: BrokerFeatures, maxBodySize: Int) {
        self.delivery = delivery
        self.features = features
        self.maxBodySize = maxBodySize
    }
}
