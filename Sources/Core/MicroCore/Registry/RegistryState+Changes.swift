// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension RegistryState {
    /// The changes of each node since an earlier state, ordered by service and node ID. Freshness is not compared.
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

    /// For each node ID, the record with only that node.
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
