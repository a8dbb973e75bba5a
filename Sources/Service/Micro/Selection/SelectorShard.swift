// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// A part of a selector. Threads use different shards so that they do not contend.
final class SelectorShard: Sendable {
    private let strategy: SelectionStrategy
    private let replicas = Mutex<[String: NodeReplica]>([:])

    init(strategy: SelectionStrategy) { self.strategy = strategy }

    /// Selects a node of a service; nil without a replica of the service or without a node.
    func pick(_ service: String, _ filter: NodeFilter, key: String?, avoiding tried: Set<String>) -> Selection? {
        replicas.withLock { Self.pick(service, filter, key: key, avoiding: tried, in: &$0) }
    }

    /// Selects a node, unless another thread is using the shard.
    ///
    /// - Returns: The selection, and whether the shard was available.
    func pickIfAvailable(
        _ service: String, _ filter: NodeFilter, key: String?, avoiding tried: Set<String>
    ) -> (selection: Selection?, isAvailable: Bool) {
        let result = replicas.withLockIfAvailable {
            Self.pick(service, filter, key: key, avoiding: tried, in: &$0)
        }
        return (result ?? nil, result != nil)
    }

    /// Selects a node of a service, and keeps a replica of its view.
    func pick(_ view: ServiceView, _ filter: NodeFilter, key: String?, avoiding tried: Set<String>) -> Selection? {
        replicas.withLock { replicas in
            if replicas[view.name]?.view !== view { replicas[view.name] = NodeReplica(view, strategy: strategy) }
            return Self.pick(view.name, filter, key: key, avoiding: tried, in: &replicas)
        }
    }

    /// Removes the replicas of services that are no longer followed.
    func remove(_ services: some Sequence<String>) {
        replicas.withLock { replicas in
            for service in services { replicas[service] = nil }
        }
    }

    private static func pick(
        _ service: String, _ filter: NodeFilter, key: String?, avoiding tried: Set<String>,
        in replicas: inout [String: NodeReplica]
    ) -> Selection? {
        guard let index = replicas.index(forKey: service) else { return nil }
        guard !replicas.values[index].view.hasEnded else {
            replicas.remove(at: index)
            return nil
        }
        return replicas.values[index].pick(filter, key: key, avoiding: tried)
    }
}
