// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// What a selector knows of one service: the nodes of the newest state of its watch.
final class ServiceView: Sendable {
    private struct Content {
        var state: RegistryState?
        /// When the backend of the state became unreadable.
        var staleSince: ContinuousClock.Instant?
        /// Those that speak the transport, by version.
        var records: [ServiceRecord] = []
        /// Made when a filter is used first after a change. There are so few filters that they are not hashed.
        var pools: [(filter: NodeFilter, nodes: NodePool)] = []
        /// By the ID of a node, if the strategy wants it.
        var loads: [String: NodeLoad] = [:]
        var ejection = OutlierEjection()
        var waiters: [CheckedContinuation<Void, Never>] = []
        var hasEnded = false
        var lastUse = ContinuousClock.now
    }

    /// How many filters are remembered: they may hold what callers say.
    private static let maxPools = 16

    let name: String
    private let strategy: SelectionStrategy
    private let isEligible: @Sendable (Node) -> Bool
    private let content = Mutex(Content())

    init(name: String, strategy: SelectionStrategy, isEligible: @escaping @Sendable (Node) -> Bool) {
        self.name = name
        self.strategy = strategy
        self.isEligible = isEligible
    }

    /// Follows the watch until it ends.
    func follow(_ watch: RegistryWatch) async {
        for await state in watch { update(state) }
        let waiters = content.withLock { content in
            content.hasEnded = true
            defer { content.waiters = [] }
            return content.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// A node, if possible none of those to avoid and none that failed lately; nil while there is none or nothing is known yet.
    func pick(_ filter: NodeFilter, key: String?, avoiding tried: Set<String>) -> Selection? {
        content.withLock { content in
            let now = ContinuousClock.now
            content.lastUse = now
            let chosen = withPool(filter, &content) { pool, ejection in
                guard !pool.isEmpty else { return Candidate?.none }
                if tried.isEmpty, ejection.isEmpty { return pool.pick(key: key) { _ in true } }
                // When all of them fail they are used as if none did.
                return pool.pick(key: key) { !tried.contains($0.node.id) && !ejection.contains($0.node.id, at: now) }
                    ?? pool.pick(key: key) { !tried.contains($0.node.id) }
                    ?? pool.pick(key: key) { _ in true }
            }
            guard let chosen else { return nil }
            chosen.load?.begin()
            return Selection(
                candidate: chosen, staleDuration: content.staleSince.map { now - $0 }, view: self, start: now)
        }
    }

    /// Tells how a node did.
    func report(_ id: String, _ outcome: Selection.Outcome) {
        content.withLock { content in
            switch outcome {
            case .failed:
                content.ejection.add(id, at: .now)
                // It may have gone meanwhile.
                content.ejection.retainNodes(content.records)
            case .responded, .overloaded: if !content.ejection.isEmpty { content.ejection.remove(id) }
            case .abandoned: break
            }
        }
    }

    /// The newest state, once there is one; nil when the watch ended before.
    func state() async -> RegistryState? {
        await withCheckedContinuation { continuation in
            let isAvailable = content.withLock { content in
                if content.state != nil || content.hasEnded { return true }
                content.waiters.append(continuation)
                return false
            }
            if isAvailable { continuation.resume() }
        }
        return content.withLock(\.state)
    }

    /// How long nobody has asked, and whether there is nothing to keep: the service is known not to exist.
    func idleness(at now: ContinuousClock.Instant) -> (time: Duration, isEmpty: Bool) {
        content.withLock { (now - $0.lastUse, $0.records.isEmpty) }
    }

    /// Gives the pool of a filter in place, so that it is not copied.
    private func withPool<Result>(
        _ filter: NodeFilter, _ content: inout Content, _ body: (inout NodePool, inout OutlierEjection) -> Result
    ) -> Result {
        if let index = content.pools.firstIndex(where: { $0.filter == filter }) {
            return body(&content.pools[index].nodes, &content.ejection)
        }
        if content.pools.count >= Self.maxPools { content.pools.removeFirst() }
        content.pools.append((filter, pool(filter, content)))
        return body(&content.pools[content.pools.count - 1].nodes, &content.ejection)
    }

    private func pool(_ filter: NodeFilter, _ content: Content) -> NodePool {
        let nodes = content.records.filter(filter.matches).flatMap(\.nodes).filter(filter.matches)
        return NodePool(
            nodes.map { Candidate($0, content.loads[$0.id]) }, strategy: strategy, zone: filter.zone)
    }

    private func update(_ state: RegistryState) {
        let records = state[name].compactMap { record in
            var record = record
            record.nodes.removeAll { !isEligible($0) }
            return record.nodes.isEmpty ? nil : record
        }
        let waiters = content.withLock { content in
            content.state = state
            content.staleSince = state.freshness.staleSince
            content.records = records
            content.pools = []
            content.ejection.retainNodes(records)
            if strategy == .leastLoaded {
                let known = content.loads
                content.loads = [:]
                for node in records.flatMap(\.nodes) { content.loads[node.id] = known[node.id] ?? NodeLoad() }
            }
            defer { content.waiters = [] }
            return content.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

extension RegistryState.Freshness {
    /// Since when the backend has not been readable; nil while it is.
    fileprivate var staleSince: ContinuousClock.Instant? {
        guard case .stale(let since, _) = self else { return nil }
        return since
    }
}
