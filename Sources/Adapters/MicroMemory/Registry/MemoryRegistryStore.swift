// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The nodes of memory registries in one namespace, their expiries and their watches.
final class MemoryRegistryStore: Sendable {
    private struct Entry {
        var stored: StoredNode
        var expiry: ContinuousClock.Instant?
    }

    private struct Watcher {
        let name: String?
        let source: RegistryWatch.Source
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// The IDs of the nodes of each service.
        var nodeIDs: [String: Set<String>] = [:]
        /// The current state. It is kept up to date during an outage, although watches do not get it.
        var current = RegistryState()
        var outage: MicroError?
        var watchers: [Int: Watcher] = [:]
        var revision: UInt64 = 0
        var nextWatchID = 0
        var reaper: (nextWakeup: ContinuousClock.Instant, timer: DeadlineQueue.ScheduledAction)?
    }

    private let state = Mutex(State())

    deinit {
        if let timer = state.withLock(\.reaper?.timer) { DeadlineQueue.shared.cancel(timer) }
    }

    var current: RegistryState {
        state.withLock { state in
            removeExpired(&state)
            return state.current
        }
    }

    /// Stores the nodes of a record.
    ///
    /// - Returns: Whether at least one of them was missing.
    func put(_ service: ServiceRecord, timeToLive: Duration?) -> Bool {
        state.withLock { state in
            removeExpired(&state)
            let expiry = timeToLive.map { ContinuousClock.now + $0 }
            var created = false
            var changed: Set<String> = []
            for node in service.nodes {
                var single = service
                single.nodes = [node]
                let old = state.entries[node.id]
                created = created || old == nil
                if let old, old.stored.service == single {
                    state.entries[node.id]?.expiry = expiry
                    continue
                }
                if let oldName = old?.stored.service.name {
                    state.nodeIDs[oldName]?.remove(node.id)
                    changed.insert(oldName)
                }
                state.revision += 1
                state.entries[node.id] = Entry(
                    stored: StoredNode(service: single, revision: state.revision), expiry: expiry)
                state.nodeIDs[service.name, default: []].insert(node.id)
                changed.insert(service.name)
            }
            publish(changed, &state)
            if let expiry { reap(at: expiry, &state) }
            return created
        }
    }

    /// Removes nodes that belong to a service.
    func remove(_ nodeIDs: Set<String>, of service: String) {
        state.withLock { state in
            removeExpired(&state)
            remove(nodeIDs.filter { state.entries[$0]?.stored.service.name == service }, &state)
        }
    }

    func makeWatchID() -> Int {
        state.withLock { state in
            state.nextWatchID += 1
            return state.nextWatchID
        }
    }

    func addWatch(_ id: Int, of name: String?, _ source: RegistryWatch.Source) {
        state.withLock { state in
            removeExpired(&state)
            state.watchers[id] = Watcher(name: name, source: source)
            if let outage = state.outage {
                source.yield(RegistryState(freshness: .unknown(cause: outage)))
            } else {
                source.yield(Self.scoped(state.current, to: name))
            }
        }
    }

    /// The number of stored nodes with a time to live.
    var expiringNodeCount: Int {
        state.withLock { state in
            removeExpired(&state)
            return state.entries.values.count { $0.expiry != nil }
        }
    }

    func revoke() {
        state.withLock { state in
            remove(state.entries.filter { $0.value.expiry != nil }.map(\.key), &state)
        }
    }

    var openWatchCount: Int { state.withLock(\.watchers.count) }

    func wipe() {
        state.withLock { state in remove(Array(state.entries.keys), &state) }
    }

    /// Begins an outage: all watches become stale.
    func fail(with cause: MicroError) {
        state.withLock { state in
            removeExpired(&state)
            state.outage = cause
            for watcher in state.watchers.values {
                watcher.source.yield(Self.scoped(state.current, to: watcher.name).failing(with: cause))
            }
        }
    }

    /// Ends an outage: all watches get the current state.
    func recover() {
        state.withLock { state in
            removeExpired(&state)
            state.outage = nil
            for watcher in state.watchers.values {
                watcher.source.yield(Self.scoped(state.current, to: watcher.name))
            }
        }
    }

    func removeWatch(_ id: Int) {
        state.withLock { state in state.watchers[id] = nil }
    }

    private func remove(_ nodeIDs: some Sequence<String>, _ state: inout State) {
        var changed: Set<String> = []
        for id in nodeIDs {
            guard let name = state.entries.removeValue(forKey: id)?.stored.service.name else { continue }
            state.nodeIDs[name]?.remove(id)
            changed.insert(name)
        }
        publish(changed, &state)
    }

    private func publish(_ changed: Set<String>, _ state: inout State) {
        guard !changed.isEmpty else { return }
        for name in changed {
            let stored = (state.nodeIDs[name] ?? []).compactMap { state.entries[$0]?.stored }
            if stored.isEmpty { state.nodeIDs[name] = nil }
            state.current[name] = ServiceRecord.merging(stored)
        }
        // During an outage, watches keep their last state.
        guard state.outage == nil else { return }
        for watcher in state.watchers.values {
            if let name = watcher.name, !changed.contains(name) { continue }
            watcher.source.yield(Self.scoped(state.current, to: watcher.name))
        }
    }

    private static func scoped(_ state: RegistryState, to name: String?) -> RegistryState {
        guard let name else { return state }
        return RegistryState(state[name])
    }

    private func removeExpired(_ state: inout State) {
        let now = ContinuousClock.now
        // The reaper wakes up at the earliest expiry: before that, no node has expired.
        guard let reaper = state.reaper, reaper.nextWakeup <= now else { return }
        remove(state.entries.filter { ($0.value.expiry ?? now + .seconds(1)) <= now }.map(\.key), &state)
        DeadlineQueue.shared.cancel(reaper.timer)
        state.reaper = nil
        if let next = state.entries.values.compactMap(\.expiry).min() { reap(at: next, &state) }
    }

    /// Schedules the removal of expired nodes, in case no operation removes them earlier.
    private func reap(at expiry: ContinuousClock.Instant, _ state: inout State) {
        if let reaper = state.reaper {
            guard expiry < reaper.nextWakeup else { return }
            DeadlineQueue.shared.cancel(reaper.timer)
        }
        let timer = DeadlineQueue.shared.schedule(at: expiry) { [weak self] in
            guard let self else { return }
            self.state.withLock { self.removeExpired(&$0) }
        }
        state.reaper = (expiry, timer)
    }
}
