// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore

/// The state of a watch: the stored nodes, and the records composed of them.
struct EtcdWatchState {
    private let name: String?
    private let keys: EtcdKeys
    private let logger: Logger
    /// By service and node ID.
    private var nodes: [String: [String: StoredNode]] = [:]

    /// The state to publish.
    private(set) var published = RegistryState.notYetRead

    /// The point up to which all changes are known; nil if the current entries have to be read.
    private(set) var position: ResponseHeader?
    /// The point at which the entries were read last.
    private var lastRead: ResponseHeader?

    /// - Parameter name: The service that is watched; nil for all.
    init(of name: String?, keys: EtcdKeys, logger: Logger) {
        self.name = name
        self.keys = keys
        self.logger = logger
    }

    /// The number of nodes.
    var count: Int { nodes.values.reduce(0) { $0 + $1.count } }

    /// Replaces all nodes.
    mutating func replace(with snapshot: EtcdAPI.Snapshot) {
        var fresh: [String: [String: StoredNode]] = [:]
        for entry in snapshot.entries {
            guard let (service, id, node) = EtcdRecord.storedNode(entry, of: name, keys: keys, logger: logger) else {
                continue
            }
            fresh[service, default: [:]][id] = node
        }
        let names = Set(fresh.keys).union(nodes.keys)
        nodes = fresh
        if let lastRead, !snapshot.header.continues(position ?? lastRead) { published.historyStart = .now }
        (position, lastRead) = (snapshot.header, snapshot.header)
        for name in names { update(name) }
    }

    /// Applies the events of one message as one step.
    mutating func apply(_ events: [Event]) {
        var touched: Set<String> = []
        for event in events {
            if let position, event.kv.modRevision > position.revision {
                self.position = ResponseHeader(
                    clusterID: position.clusterID, revision: event.kv.modRevision, raftTerm: position.raftTerm)
            }
            guard let (service, id, _) = keys.parse(event.kv.key), service == name ?? service else { continue }
            let stored =
                event.isDelete ? nil : EtcdRecord.storedNode(event.kv, of: name, keys: keys, logger: logger)?.node
            nodes[service, default: [:]][id] = stored
            if nodes[service]?.isEmpty == true { nodes[service] = nil }
            touched.insert(service)
        }
        for name in touched { update(name) }
    }

    /// Marks the state as current.
    mutating func markLive() { published.freshness = .live }

    /// Marks the state as no longer updated. The current entries have to be read again: etcd may restart with another
    /// history.
    mutating func markStale(_ cause: MicroError) {
        published = published.failing(with: cause)
        position = nil
    }

    /// Requires that the current entries are read again.
    mutating func invalidate() { position = nil }

    private mutating func update(_ name: String) {
        let records = nodes[name].map { ServiceRecord.merging($0.values) } ?? []
        // Values that share their storage are not compared.
        if records != published[name] { published[name] = records }
    }
}
