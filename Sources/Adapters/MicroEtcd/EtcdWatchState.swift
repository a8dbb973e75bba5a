// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore

/// What a watch knows: the nodes as they are stored, and the state that is made of them.
struct EtcdWatchState {
    private let name: String?
    private let keys: EtcdKeys
    private let logger: Logger
    /// By service and ID.
    private var nodes: [String: [String: StoredNode]] = [:]

    /// What is published.
    private(set) var state = RegistryState.notYetRead

    /// Everything up to its revision is known; nil when the present has to be read.
    private(set) var position: ResponseHeader?

    /// - Parameter name: The service that is watched; nil for all.
    init(of name: String?, keys: EtcdKeys, logger: Logger) {
        self.name = name
        self.keys = keys
        self.logger = logger
    }

    /// How many nodes there are.
    var count: Int { nodes.values.reduce(0) { $0 + $1.count } }

    /// Takes the present.
    mutating func replace(_ snapshot: EtcdAPI.Snapshot) {
        var fresh: [String: [String: StoredNode]] = [:]
        for entry in snapshot.entries {
            guard let (service, id, node) = EtcdRecord.storedNode(entry, of: name, keys: keys, logger: logger) else {
                continue
            }
            fresh[service, default: [:]][id] = node
        }
        let names = Set(fresh.keys).union(nodes.keys)
        nodes = fresh
        position = snapshot.header
        for name in names { update(name) }
    }

    /// Takes the events of one message: one step.
    mutating func apply(_ events: [WatchEvent]) {
        var touched: Set<String> = []
        for event in events {
            if let position, event.kv.modRevision > position.revision {
                self.position = ResponseHeader(
                    clusterID: position.clusterID, revision: event.kv.modRevision, raftTerm: position.raftTerm)
            }
            guard let (service, id) = keys.parse(event.kv.key), service == name ?? service else { continue }
            let stored =
                event.isDelete ? nil : EtcdRecord.storedNode(event.kv, of: name, keys: keys, logger: logger)?.node
            nodes[service, default: [:]][id] = stored
            if nodes[service]?.isEmpty == true { nodes[service] = nil }
            touched.insert(service)
        }
        for name in touched { update(name) }
    }

    /// The state is as etcd has it.
    mutating func markLive() { state.freshness = .live }

    /// The state cannot be kept up to date. The present has to be read again: etcd may come back with another history.
    mutating func markStale(_ cause: MicroError) {
        state = state.failing(with: cause)
        position = nil
    }

    /// The present has to be read again.
    mutating func invalidate() { position = nil }

    private mutating func update(_ name: String) {
        let records = nodes[name].map { ServiceRecord.merging($0.values) } ?? []
        // What shares its storage with the state before is not compared again.
        if records != state[name] { state[name] = records }
    }
}
