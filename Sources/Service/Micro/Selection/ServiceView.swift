// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// A selector's view of one service: the nodes in the newest state of the service's watch, and the nodes that failed.
///
/// Unless nodes fail, picks only read it: each shard of the selector has a ``NodeReplica``, which copies the nodes when
/// the generation has changed.
final class ServiceView: Sendable {
    /// The number of a state of the nodes.
    typealias Generation = UInt64

    /// The nodes of one generation.
    struct Snapshot: Sendable {
        /// The eligible nodes, by version.
        var records: [ServiceRecord] = []
        /// The time since which the registry has not been readable; nil while it is readable.
        var staleSince: ContinuousClock.Instant?
        /// See ``/MicroCore/RegistryState/historyStart``.
        var historyStart: ContinuousClock.Instant?
    }

    private struct State {
        var registryState: RegistryState?
        var snapshot = Snapshot()
        /// Nodes that may be missing only because of an outage of the registry.
        var retained: RetainedNodes?
        var waiters: [ObjectIdentifier: Promise<Void>] = [:]
        var hasWatchEnded = false
        var lastUse = ContinuousClock.now
    }

    let name: String
    private let isEligible: @Sendable (Node) -> Bool
    /// How long nodes that are missing after an outage of the registry are retained.
    private let outageGracePeriod: Duration
    private let state = Mutex(State())
    private let ejection = Mutex(OutlierEjection())
    private let generationNumber = Atomic(Generation.initial)
    private let hasOutliersFlag = Atomic(false)
    private let isUsed = Atomic(true)

    init(name: String, outageGracePeriod: Duration = .zero, isEligible: @escaping @Sendable (Node) -> Bool) {
        self.name = name
        self.outageGracePeriod = outageGracePeriod
        self.isEligible = isEligible
    }

    // MARK: State of the registry

    /// The generation of the nodes, which changes after ``snapshot`` has changed. It has ended once the selector has stopped
    /// following the service.
    var generation: Generation { generationNumber.load(ordering: .acquiring) }

    /// The newest nodes.
    var snapshot: Snapshot { state.withLock(\.snapshot) }

    /// Applies the states of the watch until it ends.
    func follow(_ watch: RegistryWatch) async {
        await withDiscardingTaskGroup { group in
            for await registryState in watch {
                guard let deadline = update(registryState) else { continue }
                group.addTask {
                    do { try await Task.sleep(until: deadline, clock: .continuous) } catch { return }
                    self.endRetention(at: deadline)
                }
            }
            group.cancelAll()
        }
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

    /// Applies a state.
    ///
    /// - Returns: When the retention of nodes must end, if it begins with this state.
    private func update(_ registryState: RegistryState) -> ContinuousClock.Instant? {
        let records = registryState[name].compactMap { record in
            var record = record
            record.nodes.removeAll { !isEligible($0) }
            return record.nodes.isEmpty ? nil : record
        }
        let (all, waiters, deadline) = state.withLock { state in
            let previous = state.snapshot
            state.registryState = registryState
            let hadRetained = state.retained != nil
            state.retained = RetainedNodes(
                after: previous, state.retained, registryState, records, gracePeriod: outageGracePeriod)
            let all = state.retained?.added(to: records) ?? records
            state.snapshot = Snapshot(
                records: all, staleSince: state.retained?.staleSince ?? registryState.freshness.staleSince,
                historyStart: registryState.historyStart ?? previous.historyStart)
            // Within the lock: a caller that has read this state must not find the nodes of the previous generation.
            advanceGeneration()
            defer { state.waiters = [:] }
            return (all, state.waiters.values, hadRetained ? nil : state.retained?.deadline)
        }
        withEjection { $0.retainNodes(all) }
        for waiter in waiters { waiter.resolve() }
        return deadline
    }

    /// Removes the nodes that have not registered again.
    private func endRetention(at deadline: ContinuousClock.Instant) {
        state.withLock { state in
            guard let retained = state.retained, retained.deadline == deadline else { return }
            state.retained = nil
            state.snapshot = Snapshot(
                records: retained.removed(from: state.snapshot.records),
                staleSince: state.registryState?.freshness.staleSince, historyStart: state.snapshot.historyStart)
            advanceGeneration()
        }
    }

    private func advanceGeneration() {
        if !generation.hasEnded { generationNumber.wrappingAdd(1, ordering: .releasing) }
    }

    // MARK: Use

    /// Records that the selector has stopped following the service, so that shards remove their replicas.
    func end() { generationNumber.store(.ended, ordering: .releasing) }

    /// Records a pick. Writes only once between two calls of ``idleness(at:)``.
    func recordUse() {
        if !isUsed.load(ordering: .relaxed) { isUsed.store(true, ordering: .relaxed) }
    }

    /// The time since the last call of this method that followed a pick, and whether the service has no nodes. A pick
    /// that waits for the first state counts as one that just happened.
    func idleness(at now: ContinuousClock.Instant) -> (time: Duration, isEmpty: Bool) {
        let isUsed = isUsed.exchange(false, ordering: .relaxed)
        return state.withLock { state in
            if isUsed || !state.waiters.isEmpty { state.lastUse = now }
            return (now - state.lastUse, state.snapshot.records.isEmpty)
        }
    }

    // MARK: Outliers

    /// Whether a node is ejected, or may be soon.
    var hasOutliers: Bool { hasOutliersFlag.load(ordering: .relaxed) }

    /// Selects a candidate, preferably one that is neither to be avoided nor ejected.
    func pick(from pool: inout NodePool, key: String?, avoiding tried: Set<String>) -> Candidate? {
        let now = ContinuousClock.now
        return ejection.withLock { ejection in
            // If all nodes have failed, failures are ignored.
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
            // The node may have left the registry in the meantime.
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
    /// The selector has stopped following the service.
    static let ended: Self = 1 << 63
    /// Whether the selector has stopped following the service.
    var hasEnded: Bool { self >= .ended }
}

extension RegistryState.Freshness {
    /// The time since which the registry has not been readable; nil while it is readable.
    var staleSince: ContinuousClock.Instant? {
        guard case .stale(let since, _) = self else { return nil }
        return since
    }
}
