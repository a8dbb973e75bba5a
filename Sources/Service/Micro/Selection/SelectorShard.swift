// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// A part of a selector. Threads use different shards so that they do not contend.
final class SelectorShard: Sendable {
    private let strategy: SelectionStrategy
    private let replicas = Mutex(NodeReplicas())

    init(strategy: SelectionStrategy) { self.strategy = strategy }

    /// Selects a node of a service; nil without a replica of the service or without a node.
    func pick(_ service: String, _ filter: NodeFilter, key: String?, avoiding tried: Set<String>) -> Selection? {
        replicas.withLock { $0.pick(service, filter, key: key, avoiding: tried) }
    }

    /// Selects a node, unless another thread is using the shard.
    ///
    /// - Returns: The selection, and whether the shard was available.
    func pickIfAvailable(
        _ service: String, _ filter: NodeFilter, key: String?, avoiding tried: Set<String>
    ) -> (selection: Selection?, isAvailable: Bool) {
        let result = replicas.withLockIfAvailable { $0.pick(service, filter, key: key, avoiding: tried) }
        return (result ?? nil, result != nil)
    }

    /// Selects a node of a service, and keeps a replica of its view.
    func pick(_ view: ServiceView, _ filter: NodeFilter, key: String?, avoiding tried: Set<String>) -> Selection? {
        replicas.withLock { replicas in
            replicas.add(view, strategy: strategy)
            return replicas.pick(view.name, filter, key: key, avoiding: tried)
        }
    }

    /// Removes the replicas of services that are no longer followed.
    func remove(_ services: some Sequence<String>) {
        replicas.withLock { replicas in
            for service in services { replicas.remove(service) }
        }
    }
}

/// The replicas of a shard, by service.
private struct NodeReplicas {
    private var replicas: [NodeReplica] = []
    private var positions: [String: Int] = [:]
    /// The position of the service that was used last. Comparing its name is faster than a lookup.
    private var lastPosition = 0

    mutating func pick(
        _ service: String, _ filter: NodeFilter, key: String?, avoiding tried: Set<String>
    ) -> Selection? {
        guard let position = position(of: service) else { return nil }
        let generation = replicas[position].view.generation
        guard !generation.hasEnded else {
            remove(service)
            return nil
        }
        return replicas[position].pick(filter, key: key, avoiding: tried, generation: generation)
    }

    /// Adds a replica of a view, in place of that of an earlier view of the same service.
    mutating func add(_ view: ServiceView, strategy: SelectionStrategy) {
        if let position = position(of: view.name) {
            if replicas[position].view !== view { replicas[position] = NodeReplica(view, strategy: strategy) }
        } else {
            positions[view.name] = replicas.count
            replicas.append(NodeReplica(view, strategy: strategy))
        }
    }

    mutating func remove(_ service: String) {
        guard let position = positions.removeValue(forKey: service) else { return }
        let last = replicas.removeLast()
        guard position < replicas.count else { return }
        // The last replica moves to the free position.
        replicas[position] = last
        positions[last.view.name] = position
    }

    /// The position of a service. Updates ``lastPosition``.
    private mutating func position(of service: String) -> Int? {
        if lastPosition < replicas.count, replicas[lastPosition].view.name == service { return lastPosition }
        guard let position = positions[service] else { return nil }
        lastPosition = position
        return position
    }
}
