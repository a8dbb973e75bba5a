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
        var aside = SetAside()
        var waiting: [CheckedContinuation<Void, Never>] = []
        var hasEnded = false
        var lastUse = ContinuousClock.now
    }

    /// How many filters are remembered: they may hold what callers say.
    private static let mostPools = 16

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
        let waiting = content.withLock { content in
            content.hasEnded = true
            defer { content.waiting = [] }
            return content.waiting
        }
        for reader in waiting { reader.resume() }
    }

    /// A node, if possible none of those to avoid and none that failed lately; nil while there is none or nothing is known yet.
    func pick(_ filter: NodeFilter, key: String?, avoiding tried: Set<String>) -> Selection? {
        content.withLock { content in
            let now = ContinuousClock.now
            content.lastUse = now
            let chosen = withPool(filter, &content) { pool, aside in
                guard !pool.isEmpty else { return Candidate?.none }
                if tried.isEmpty, aside.isEmpty { return pool.pick(key: key) { _ in true } }
                // When all of them fail they are used as if none did.
                return pool.pick(key: key) { !tried.contains($0.node.id) && !aside.contains($0.node.id, at: now) }
                    ?? pool.pick(key: key) { !tried.contains($0.node.id) }
                    ?? pool.pick(key: key) { _ in true }
            }
            guard let chosen else { return nil }
            chosen.load?.begin()
            return Selection(candidate: chosen, staleFor: content.staleSince.map { now - $0 }, view: self, start: now)
        }
    }

    /// Tells how a node did.
    func report(_ id: String, _ outcome: Selection.Outcome) {
        content.withLock { content in
            switch outcome {
            case .failed:
                content.aside.add(id, at: .now)
                // It may have gone meanwhile.
                content.aside.keep(content.records)
            case .answered, .overloaded: if !content.aside.isEmpty { content.aside.remove(id) }
            case .abandoned: break
            }
        }
    }

    /// The newest state, once there is one; nil when the watch ended before.
    func state() async -> RegistryState? {
        await withCheckedContinuation { continuation in
            let isThere = content.withLock { content in
                if content.state != nil || content.hasEnded { return true }
                content.waiting.append(continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
        return content.withLock(\.state)
    }

    /// How long nobody has asked, and whether there is nothing to keep: the service is known not to exist.
    func idleness(at now: ContinuousClock.Instant) -> (time: Duration, isEmpty: Bool) {
        content.withLock { (now - $0.lastUse, $0.records.isEmpty) }
    }

    /// Gives the pool of a filter in place, so that it is not copied.
    private func withPool<Result>(
        _ filter: NodeFilter, _ content: inout Content, _ body: (inout NodePool, inout SetAside) -> Result
    ) -> Result {
        if let index = content.pools.firstIndex(where: { $0.filter == filter }) {
            return body(&content.pools[index].nodes, &content.aside)
        }
        if content.pools.count >= Self.mostPools { content.pools.removeFirst() }
        content.pools.append((filter, pool(filter, content)))
        return body(&content.pools[content.pools.count - 1].nodes, &content.aside)
    }

    private func pool(_ filter: NodeFilter, _ content: Content) -> NodePool {
        let nodes = content.records.filter(filter.passes).flatMap(\.nodes).filter(filter.passes)
        return NodePool(
            nodes.map { Candidate($0, content.loads[$0.id]) }, strategy: strategy, zone: filter.zone)
    }

    private func update(_ state: RegistryState) {
        let records = state[name].compactMap { record in
            var record = record
            record.nodes.removeAll { !isEligible($0) }
            return record.nodes.isEmpty ? nil : record
        }
        let waiting = content.withLock { content in
            content.state = state
            content.staleSince = state.freshness.staleSince
            content.records = records
            content.pools = []
            content.aside.keep(records)
            if strategy == .leastLoaded {
                let known = content.loads
                content.loads = [:]
                for node in records.flatMap(\.nodes) { content.loads[node.id] = known[node.id] ?? NodeLoad() }
            }
            defer { content.waiting = [] }
            return content.waiting
        }
        for reader in waiting { reader.resume() }
    }
}

extension RegistryState.Freshness {
    /// Since when the backend has not been readable; nil while it is.
    fileprivate var staleSince: ContinuousClock.Instant? {
        guard case .stale(let since, _) = self else { return nil }
        return since
    }
}
