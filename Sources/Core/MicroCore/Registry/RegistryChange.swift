// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What happened to one node between two states.
public struct RegistryChange: Sendable, Hashable {
    /// What happened.
    public enum Kind: Sendable, Hashable {
        /// The node was not there before.
        case created
        /// The node, its version or what describes its version is different.
        case updated
        /// The node is gone.
        case deleted
    }

    /// What happened.
    public var kind: Kind
    /// The service with just this node: as it is now, or as it was before it was deleted.
    public var service: ServiceRecord
    /// The node.
    public var node: Node

    /// Creates a change.
    public init(kind: Kind, service: ServiceRecord, node: Node) {
        self.kind = kind
        self.service = service
        self.node = node
    }
}

extension RegistryState {
    /// What happened to each node since an earlier state, by service and node ID. Freshness is no change.
    public func changes(since earlier: RegistryState) -> [RegistryChange] {
        Set(names).union(earlier.names).sorted().flatMap { name -> [RegistryChange] in
            guard self[name] != earlier[name] else { return [] }
            let (now, before) = (Self.nodes(self[name]), Self.nodes(earlier[name]))
            return Set(now.keys).union(before.keys).sorted().compactMap { id in
                switch (before[id], now[id]) {
                case (nil, let new?): Self.change(.created, new)
                case (let old?, nil): Self.change(.deleted, old)
                case (let old?, let new?) where old != new: Self.change(.updated, new)
                default: nil
                }
            }
        }
    }

    private static func change(_ kind: RegistryChange.Kind, _ service: ServiceRecord) -> RegistryChange? {
        service.nodes.first.map { RegistryChange(kind: kind, service: service, node: $0) }
    }

    /// By node ID, the record with just that node.
    private static func nodes(_ records: [ServiceRecord]) -> [String: ServiceRecord] {
        var nodes: [String: ServiceRecord] = [:]
        for record in records {
            for node in record.nodes {
                var single = record
                single.nodes = [node]
                nodes[node.id] = single
            }
        }
        return nodes
    }
}
