// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// One node as a backend stores it, with the description of its service at the time of its registration.
public struct StoredNode: Sendable, Hashable {
    /// A record with exactly this node.
    public var service: ServiceRecord
    /// A number that orders registrations at the backend: etcd's `mod_revision`, Consul's `ModifyIndex`.
    public var revision: UInt64

    /// Creates a stored node.
    public init(service: ServiceRecord, revision: UInt64) {
        self.service = service
        self.revision = revision
    }
}

extension ServiceRecord {
    /// Merges the stored nodes of one service into records: one for each version, in a stable order.
    ///
    /// Backends store metadata and endpoints with each node, although they belong to the version. Those of the
    /// version's latest registration are used. A node that is stored twice belongs to its latest registration.
    public static func merging(_ stored: some Collection<StoredNode>) -> [ServiceRecord] {
        var latestRevisions: [String: UInt64] = [:]
        for entry in stored {
            for node in entry.service.nodes {
                latestRevisions[node.id] = max(latestRevisions[node.id] ?? 0, entry.revision)
            }
        }
        var records: [String: ServiceRecord] = [:]
        for entry in stored.sorted(by: { $0.revision < $1.revision }) {
            let nodes = entry.service.nodes.filter { latestRevisions[$0.id] == entry.revision }
            guard !nodes.isEmpty else { continue }
            var record = entry.service
            record.nodes = (records[record.version]?.nodes ?? []) + nodes
            records[record.version] = record
        }
        return records.values.map { record in
            var record = record
            record.nodes.sort { $0.id < $1.id }
            return record
        }.sorted { $0.version < $1.version }
    }
}
