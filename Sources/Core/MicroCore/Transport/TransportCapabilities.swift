// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What a transport can do beyond the contract's core. A report of the conformance kit lists what is not claimed.
public struct TransportFeatures: OptionSet, Sendable, Hashable {
    /// The bits.
    public let rawValue: UInt

    /// Creates a set from bits.
    public init(rawValue: UInt) { self.rawValue = rawValue }

    /// Streams of messages, both ways.
    public static let streams = TransportFeatures(rawValue: 1 << 0)
    /// A peer that does not read its stream stops the other from sending. Without it the stream of a reader that is too far
    /// behind ends with `resourceExhausted`.
    public static let backPressure = TransportFeatures(rawValue: 1 << 1)
    /// Headers keep their order, and several of one name are kept. Without it a message that has several of one name is
    /// refused.
    public static let repeatedHeaders = TransportFeatures(rawValue: 1 << 2)

    /// Every feature with its name, in a stable order.
    public static let named: [(name: String, feature: TransportFeatures)] = [
        ("streams", .streams), ("backPressure", .backPressure), ("repeatedHeaders", .repeatedHeaders),
    ]

    /// The names of those in this set.
    public var names: [String] { Self.named.filter { contains($0.feature) }.map(\.name) }
}

/// What a transport can do, and its limits.
public struct TransportCapabilities: Sendable, Hashable {
    /// What it does beyond the core.
    public var features: TransportFeatures
    /// The largest body of a request, a response or a message of a stream, in bytes. Where a server decides, it is what the
    /// server said last.
    public var maxBodySize: Int

    /// Creates capabilities.
    public init(features: TransportFeatures, maxBodySize: Int) {
        self.features = features
        self.maxBodySize = maxBodySize
    }
}
