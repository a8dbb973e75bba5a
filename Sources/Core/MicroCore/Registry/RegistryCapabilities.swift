// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The optional parts of the registry contract. The report of the conformance suite lists those that an adapter does
/// not claim.
public struct RegistryCapabilities: OptionSet, Sendable, Hashable {
    /// The bits of the set.
    public let rawValue: UInt

    /// Creates a set from its bits.
    public init(rawValue: UInt) { self.rawValue = rawValue }

    /// A client sees its own writes immediately. Without this capability, it sees them within the convergence bound.
    public static let readYourWrites = RegistryCapabilities(rawValue: 1 << 0)
    /// A client can deregister another client's node. The owner's next heartbeat registers the node again and reports
    /// that it was missing.
    public static let foreignDeregistration = RegistryCapabilities(rawValue: 1 << 1)
    /// Clients can request reads that see all earlier writes of all clients.
    public static let linearizableReads = RegistryCapabilities(rawValue: 1 << 2)
    /// Records are stored in go-micro's format: Go and Swift services find each other.
    public static let goMicroRecords = RegistryCapabilities(rawValue: 1 << 3)
    /// When a client registers another client's node under a different service, the node is removed from its earlier
    /// service immediately. Without this capability, the node stays in the earlier service until its time to live there
    /// ends.
    public static let foreignMoves = RegistryCapabilities(rawValue: 1 << 4)

    /// Every capability with its name, in a stable order.
    public static let named: [(name: String, capability: RegistryCapabilities)] = [
        ("readYourWrites", .readYourWrites), ("foreignDeregistration", .foreignDeregistration),
        ("linearizableReads", .linearizableReads), ("goMicroRecords", .goMicroRecords),
        ("foreignMoves", .foreignMoves),
    ]

    /// The names of the capabilities in this set.
    public var names: [String] { Self.named.filter { contains($0.capability) }.map(\.name) }
}
