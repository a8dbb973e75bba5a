// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A condition for the nodes that may be selected.
public struct NodeFilter: Sendable, Hashable {
    /// The versions that may be selected; empty for all.
    public var versions: Set<String>

    /// The metadata that a node must have: the value of each key.
    public var labels: [String: String]

    /// An endpoint that the version of a node must have. A version whose record lists no endpoints matches.
    public var endpoint: String?

    /// The address that a node must have registered, such as an address that an external request specifies; nil for
    /// all.
    public var address: Address?

    /// The preferred zone, compared with `zone` in the metadata of nodes. Other nodes are selected only if no node of this
    /// zone can be used.
    public var zone: String?

    /// Creates a filter; by default every node matches.
    public init(
        versions: Set<String> = [], labels: [String: String] = [:], endpoint: String? = nil, address: Address? = nil,
        zone: String? = nil
    ) {
        self.versions = versions
        self.labels = labels
        self.endpoint = endpoint
        self.address = address
        self.zone = zone
    }

    /// Whether the filter matches every node and prefers none.
    var isEmpty: Bool { versions.isEmpty && labels.isEmpty && endpoint == nil && address == nil && zone == nil }

    func matches(_ record: ServiceRecord) -> Bool {
        guard versions.isEmpty || versions.contains(record.version) else { return false }
        guard let endpoint, !record.endpoints.isEmpty else { return true }
        return record.endpoints.contains { $0.name == endpoint }
    }

    func matches(_ node: Node) -> Bool {
        (address.map { $0 == Address(node) } ?? true) && labels.allSatisfy { node.metadata[$0] == $1 }
    }
}
