// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What a registry can do beyond the contract's core. A report of the conformance kit lists what is not claimed.
public struct RegistryCapabilities: OptionSet, Sendable, Hashable {
    /// The bits.
    public let rawValue: UInt

    /// Creates a set from bits.
    public init(rawValue: UInt) { self.rawValue = rawValue }

    /// A client sees its own writes at once, not only within the convergence bound.
    public static let readYourWrites = RegistryCapabilities(rawValue: 1 << 0)
    /// A client may deregister the node of another one, whose next heartbeat restores it and tells so.
    public static let foreignDeregistration = RegistryCapabilities(rawValue: 1 << 1)
    /// Reads can be asked to see everything that was written before them, by whomever.
    public static let linearizableReads = RegistryCapabilities(rawValue: 1 << 2)
    /// Records are kept as go-micro keeps them: each side finds what the other has registered.
    public static let goMicroRecords = RegistryCapabilities(rawValue: 1 << 3)

    /// Every capability with its name, in a stable order.
    public static let named: [(name: String, capability: RegistryCapabilities)] = [
        ("readYourWrites", .readYourWrites), ("foreignDeregistration", .foreignDeregistration),
        ("linearizableReads", .linearizableReads), ("goMicroRecords", .goMicroRecords),
    ]

    /// The names of those in this set.
    public var names: [String] { Self.named.filter { contains($0.capability) }.map(\.name) }
}
