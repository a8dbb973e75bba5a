// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Which nodes of a service may be chosen.
public struct NodeFilter: Sendable, Hashable {
    /// The versions that may be called; empty for all.
    public var versions: Set<String>

    /// What has to be in the metadata of a node, key by key.
    public var labels: [String: String]

    /// An endpoint that the version of a node must have. A version whose record names no endpoints at all passes.
    public var endpoint: String?

    /// The zone that is preferred: nodes with another `zone` in their metadata, or none, are called when none of this zone
    /// can be.
    public var zone: String?

    /// Creates a filter; by default every node passes.
    public init(
        versions: Set<String> = [], labels: [String: String] = [:], endpoint: String? = nil, zone: String? = nil
    ) {
        self.versions = versions
        self.labels = labels
        self.endpoint = endpoint
        self.zone = zone
    }

    func matches(_ record: ServiceRecord) -> Bool {
        guard versions.isEmpty || versions.contains(record.version) else { return false }
        guard let endpoint, !record.endpoints.isEmpty else { return true }
        return record.endpoints.contains { $0.name == endpoint }
    }

    func matches(_ node: Node) -> Bool { labels.allSatisfy { node.metadata[$0] == $1 } }
}
