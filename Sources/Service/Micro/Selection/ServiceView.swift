// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// A selector's view of one service: the nodes in the newest state of the service's watch.
final class ServiceView: Sendable {
    private struct State {
        var registryState: RegistryState?
        /// The time since which the registry is not readable; nil while it is.
        var staleSince: ContinuousClock.Instant?
        /// The eligible nodes, by version.
        var records: [ServiceRecord] = []
        /// Created when a filter is first used after a change. A linear search is enough for the few filters of a service.
        var pools: [(filter: NodeFilter, nodes: NodePool)] = []
        /// By node ID; empty if the strategy does not need it.
        var loads: [String: NodeLoad] = [:]
        var ejection = OutlierEjection()
        var waiters: [ObjectIdentifier: Promise<Void>] = [:]
        var hasEnded = false
        var lastUse = ContinuousClock.now
    }

    /// The maximum number of cached pools: filters may come from outside.
    private static let maxPools = 16

    let name: String
    private let strategy: SelectionStrategy
    private let isEligible: @Sendable (Node) -> Bool
    private let state = Mutex(State())

    init(name: String, strategy: SelectionStrategy, isEligible: @escaping @Sendable (Node) -> Bool) {
        self.name = name
        self.strategy = strategy
        self.isEligible = isEligible
    }

    /// Applies the states of the watch until it ends.
    func follow(_ watch: RegistryWatch) async {
        for await registryState in watch { update(registryState) }
        let waiters = state.withLock { state in
            state.hasEnded = true
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resolve() }
    }

    /// Selects a node, if possible none to avoid and none that is ejected; nil without nodes or before the first state.
    func pick(_ filter: NodeFilter, key: String?, avoiding tried: Set<String>) -> Selection? {
        state.withLock { state in
            let now = ContinuousClock.now
            state.lastUse = now
            let selected = withPool(filter, &state) { pool, ejection -> Candidate? in
                guard !pool.isEmpty else { return nil }
                if tried.isEmpty, ejection.isEmpty { return pool.pick(key: key) { _ in true } }
                // If all nodes fail they are used as if none did.
                return pool.pick(key: key) { !tried.contains($0.node.id) && !ejection.isEjected($0.node.id, at: now) }
                    ?? pool.pick(key: key) { !tried.contains($0.node.id) }
                    ?? pool.pick(key: key) { _ in true }
            }
            guard let selected else { return nil }
            selected.load?.begin()
            if !state.ejection.isEmpty { state.ejection.recordSelection(of: selected.node.id, at: now) }
            return Selection(
                candidate: selected, staleDuration: state.staleSince.map { now - $0 }, view: self, start: now)
        }
    }

    /// Records the outcome of a call to a node.
    func report(_ id: String, _ outcome: Selection.Outcome) {
        state.withLock { state in
            switch outcome {
            case .failed:
                state.ejection.recordFailure(of: id, at: .now)
                // The node may have left the registry meanwhile.
                state.ejection.retainNodes(state.records)
            case .responded, .overloaded: if !state.ejection.isEmpty { state.ejection.recordSuccess(of: id) }
            case .abandoned: break
            }
        }
    }

    /// The newest state, as soon as there is one; nil if the watch ended before.
    ///
    /// - Throws: `timeoutError` at the deadline, or `CancellationError`.
    func registryState(
        until deadline: ContinuousClock.Instant,
        orThrow timeoutError: @autoclosure @escaping @Sendable () -> MicroError
    ) async throws -> RegistryState? {
        let waiter = Promise<Void>()
        let isAvailable = state.withLock { state in
            if state.registryState != nil || state.hasEnded { return true }
            state.waiters[ObjectIdentifier(waiter)] = waiter
            return false
        }
        if !isAvailable {
            defer { state.withLock { _ = $0.waiters.removeValue(forKey: ObjectIdentifier(waiter)) } }
            try await waiter.value(until: deadline, orThrow: timeoutError())
        }
        return state.withLock(\.registryState)
    }

    /// The time since the last pick, and whether the service has no nodes.
    func idleness(at now: ContinuousClock.Instant) -> (time: Duration, isEmpty: Bool) {
        state.withLock { (now - $0.lastUse, $0.records.isEmpty) }
    }

    /// Gives access to the pool of a filter in place, which avoids a copy.
    private func withPool<Result>(
        _ filter: NodeFilter, _ state: inout State, _ body: (inout NodePool, OutlierEjection) -> Result
    ) -> Result {
        if let index = state.pools.firstIndex(where: { $0.filter == filter }) {
            return body(&state.pools[index].nodes, state.ejection)
        }
        if state.pools.count >= Self.maxPools { state.pools.removeFirst() }
        state.pools.append((filter, pool(filter, state)))
        return body(&state.pools[state.pools.count - 1].nodes, state.ejection)
    }

    private func pool(_ filter: NodeFilter, _ state: State) -> NodePool {
        let nodes = state.records.filter(filter.matches).flatMap(\.nodes).filter(filter.matches)
        return NodePool(nodes.map { Candidate($0, state.loads[$0.id]) }, strategy: strategy, zone: filter.zone)
    }

    private func update(_ registryState: RegistryState) {
        let records = registryState[name].compactMap { record in
            var record = record
            record.nodes.removeAll { !isEligible($0) }
            return record.nodes.isEmpty ? nil : record
        }
        let waiters = state.withLock { state in
            state.registryState = registryState
            state.staleSince = registryState.freshness.staleSince
            state.records = records
            state.pools = []
            state.ejection.retainNodes(records)
            if strategy == .leastLoaded {
                let known = state.loads
                state.loads = [:]
                for node in records.flatMap(\.nodes) { state.loads[node.id] = known[node.id] ?? NodeLoad() }
            }
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resolve() }
    }
}

extension RegistryState.Freshness {
    /// The time since which the registry is not readable; nil while it is.
    fileprivate var staleSince: ContinuousClock.Instant? {
        guard case .stale(let since, _) = self else { return nil }
        return since
    }
}
