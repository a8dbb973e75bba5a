// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A shard's copy of the nodes of one service. The shard synchronizes access.
///
/// It is updated when the generation of the service's view changes, so that a pick reads only shared memory that no
/// other pick writes.
struct NodeReplica: Sendable {
    /// The maximum number of cached pools. Bounded, because filters may come from outside.
    private static let maxPools = 16

    let view: ServiceView
    private let strategy: SelectionStrategy
    private var generation = ServiceView.Generation.initial
    private var records: [ServiceRecord] = []
    /// The time since which the registry has not been readable; nil while it is readable.
    private var staleSince: MonotonicTime?
    /// The pool without a filter: an array of at most one element, which allows access in place.
    private var unfilteredPool: [NodePool] = []
    /// Created when a filter is first used after a change. A linear search is enough for the few filters of a service.
    private var filteredPools: [(filter: NodeFilter, nodes: NodePool)] = []
    /// By node ID; empty if the strategy does not need it.
    private var loads: [String: NodeLoad] = [:]

    init(_ view: ServiceView, strategy: SelectionStrategy) {
        self.view = view
        self.strategy = strategy
    }

    /// Selects a node, preferably one that is neither to be avoided nor ejected; nil without nodes or before the first
    /// state.
    ///
    /// - Parameter currentGeneration: The generation of the view.
    mutating func pick(
        _ filter: NodeFilter, key: String?, avoiding tried: Set<String>,
        generation currentGeneration: ServiceView.Generation
    ) -> Selection? {
        if currentGeneration != generation { update(to: currentGeneration) }
        view.recordUse()
        let isUnrestricted = tried.isEmpty && !view.hasOutliers
        guard
            let candidate = isUnrestricted
                ? withPool(filter, { $0.pick(key: key) })
                : withPool(filter, { [view] pool in view.pick(from: &pool, key: key, avoiding: tried) })
        else { return nil }
        let start = candidate.load?.begin()
        return Selection(candidate: candidate, staleDuration: staleSince?.elapsed, start: start)
    }

    private mutating func update(to current: ServiceView.Generation) {
        generation = current
        let snapshot = view.snapshot
        records = snapshot.records
        staleSince = snapshot.staleSince.map(MonotonicTime.init)
        unfilteredPool = []
        filteredPools = []
        guard strategy == .leastLoaded else { return }
        let known = loads
        loads = [:]
        for node in records.lazy.flatMap(\.nodes) { loads[node.id] = known[node.id] ?? NodeLoad() }
    }

    /// Gives access to the pool of a filter in place, which avoids a copy.
    private mutating func withPool(_ filter: NodeFilter, _ pick: (inout NodePool) -> Candidate?) -> Candidate? {
        if filter.isEmpty {
            if unfilteredPool.isEmpty { unfilteredPool = [pool(filter)] }
            return pick(&unfilteredPool[0])
        }
        if let index = filteredPools.firstIndex(where: { $0.filter == filter }) {
            return pick(&filteredPools[index].nodes)
        }
        if filteredPools.count >= Self.maxPools { filteredPools.removeFirst() }
        filteredPools.append((filter, pool(filter)))
        return pick(&filteredPools[filteredPools.count - 1].nodes)
    }

    private func pool(_ filter: NodeFilter) -> NodePool {
        let nodes = records.filter(filter.matches).flatMap(\.nodes).filter(filter.matches)
        return NodePool(nodes.map { Candidate($0, loads[$0.id], view) }, strategy: strategy, zone: filter.zone)
    }
}
