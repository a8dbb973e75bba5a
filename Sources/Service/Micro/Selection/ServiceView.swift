// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// A selector's view of one service: the nodes in the newest state of the service's watch, and the nodes that failed.
///
/// Picks only read it, unless nodes fail: each shard of the selector has a ``NodeReplica``, which copies the nodes when the
/// generation has changed.
final class ServiceView: Sendable {
    /// The number of a state of the nodes.
    typealias Generation = UInt64

    /// The nodes of one generation.
    struct Snapshot: Sendable {
        /// The eligible nodes, by version.
        var records: [ServiceRecord] = []
        /// The time since which the registry is not readable; nil while it is.
        var staleSince: ContinuousClock.Instant?
    }

    private struct State {
        var registryState: RegistryState?
        var snapshot = Snapshot()
        var waiters: [ObjectIdentifier: Promise<Void>] = [:]
        var hasWatchEnded = false
        var lastUse = ContinuousClock.now
    }

    let name: String
    private let isEligible: @Sendable (Node) -> Bool
    private let state = Mutex(State())
    private let ejection = Mutex(OutlierEjection())
    private let generationNumber = Atomic(Generation.initial)
    private let hasOutliersFlag = Atomic(false)
    private let isUsed = Atomic(true)

    init(name: String, isEligible: @escaping @Sendable (Node) -> Bool) {
        self.name = name
        self.isEligible = isEligible
    }

    // MARK: State of the registry

    /// The generation of the nodes. Changes after ``snapshot`` has changed.
    var generation: Generation { generationNumber.load(ordering: .acquiring) }

    /// The newest nodes.
    var snapshot: Snapshot { state.withLock(\.snapshot) }

    /// Applies the states of the watch until it ends.
    func follow(_ watch: RegistryWatch) async {
        for await registryState in watch { update(registryState) }
        let waiters = state.withLock { state in
            state.hasWatchEnded = true
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resolve() }
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
            if state.registryState != nil || state.hasWatchEnded { return true }
            state.waiters[ObjectIdentifier(waiter)] = waiter
            return false
        }
        if !isAvailable {
            defer { state.withLock { _ = $0.waiters.removeValue(forKey: ObjectIdentifier(waiter)) } }
            try await waiter.value(until: deadline, orThrow: timeoutError())
        }
        return state.withLock(\.registryState)
    }

    private func update(_ registryState: RegistryState) {
        let records = registryState[name].compactMap { record in
            var record = record
            record.nodes.removeAll { !isEligible($0) }
            return record.nodes.isEmpty ? nil : record
        }
        let waiters = state.withLock { state in
            state.registryState = registryState
            state.snapshot = Snapshot(records: records, staleSince: registryState.freshness.staleSince)
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        withEjection { $0.retainNodes(records) }
        if !hasEnded { generationNumber.wrappingAdd(1, ordering: .releasing) }
        for waiter in waiters { waiter.resolve() }
    }

    // MARK: Use

    /// Whether the selector has stopped following the service. Its replicas are out of date.
    var hasEnded: Bool { generation >= .ended }

    /// Marks the view as out of date.
    func end() { generationNumber.store(.ended, ordering: .releasing) }

    /// Records a pick. Writes only once between two calls of ``idleness(at:)``.
    func recordUse() {
        if !isUsed.load(ordering: .relaxed) { isUsed.store(true, ordering: .relaxed) }
    }

    /// The time since the last call of this method that followed a pick, and whether the service has no nodes.
    func idleness(at now: ContinuousClock.Instant) -> (time: Duration, isEmpty: Bool) {
        let isUsed = isUsed.exchange(false, ordering: .relaxed)
        return state.withLock { state in
            if isUsed { state.lastUse = now }
            return (now - state.lastUse, state.snapshot.records.isEmpty)
        }
    }

    // MARK: Outliers

    /// Whether a node is ejected, or may be soon.
    var hasOutliers: Bool { hasOutliersFlag.load(ordering: .relaxed) }

    /// Selects a candidate, if possible none to avoid and none that is ejected.
    func pick(from pool: inout NodePool, key: String?, avoiding tried: Set<String>) -> Candidate? {
        let now = ContinuousClock.now
        return ejection.withLock { ejection in
            // If all nodes fail they are used as if none did.
            let candidate =
                pool.pick(key: key) { !tried.contains($0.node.id) && !ejection.isEjected($0.node.id, at: now) }
                ?? pool.pick(key: key) { !tried.contains($0.node.id) }
                ?? pool.pick(key: key)
            if let candidate { ejection.recordSelection(of: candidate.node.id, at: now) }
            return candidate
        }
    }

    /// Records the outcome of a call to a node.
    func report(_ id: String, _ outcome: Selection.Outcome) {
        switch outcome {
        case .responded, .overloaded: withEjection { $0.recordSuccess(of: id) }
        case .failed: recordFailure { $0.recordFailure(of: id, at: .now) }
        case .timedOut: recordFailure { $0.recordTimeout(of: id, at: .now) }
        case .abandoned: break
        }
    }

    private func recordFailure(_ record: (inout OutlierEjection) -> Void) {
        let records = snapshot.records
        withEjection { ejection in
            record(&ejection)
            // The node may have left the registry meanwhile.
            ejection.retainNodes(records)
        }
    }

    private func withEjection(_ body: (inout OutlierEjection) -> Void) {
        ejection.withLock { ejection in
            body(&ejection)
            hasOutliersFlag.store(!ejection.isEmpty, ordering: .relaxed)
        }
    }
}

extension ServiceView.Generation {
    /// Before the first state.
    static let initial: Self = 0
    /// After the selector has stopped following the service.
    static let ended: Self = 1 << 63
}

extension RegistryState.Freshness {
    /// The time since which the registry is not readable; nil while it is.
    fileprivate var staleSince: ContinuousClock.Instant? {
        guard case .stale(let since, _) = self else { return nil }
        return since
    }
}
