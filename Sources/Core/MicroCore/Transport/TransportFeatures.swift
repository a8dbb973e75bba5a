// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The optional parts of the transport contract. The report of the conformance suite lists those that an adapter does
/// not claim.
public struct TransportFeatures: OptionSet, Sendable, Hashable {
    /// The bits of the set.
    public let rawValue: UInt

    /// Creates a set from its bits.
    public init(rawValue: UInt) { self.rawValue = rawValue }

    /// Streams of messages in both directions.
    public static let streams = TransportFeatures(rawValue: 1 << 0)
    /// A peer that does not read its stream stops the other side from sending. Without this feature, a stream whose
    /// reader falls too far behind ends with `resourceExhausted`.
    public static let backPressure = TransportFeatures(rawValue: 1 << 1)
    /// Headers keep their order, and a name can occur several times. Without this feature, a message with a repeated
    /// name is refused with `unsupported`.
    public static let repeatedHeaders = TransportFeatures(rawValue: 1 << 2)

    /// Every feature with its name, in a stable order.
    public static let named: [(name: String, feature: TransportFeatures)] = [
        ("streams", .streams), ("backPressure", .backPressure), ("repeatedHeaders", .repeatedHeaders),
    ]

    /// The names of the features in this set.
    public var names: [String] { Self.named.filter { contains($0.feature) }.map(\.name) }
}
