// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The nodes that memory registries hold, when they expire, and who watches them.
final class MemoryRegistryStore: Sendable {
    private struct Entry {
        var stored: StoredNode
        var expiry: ContinuousClock.Instant?
    }

    private struct Watcher {
        let name: String?
        let source: RegistryWatch.Source
    }

    private struct Content {
        var entries: [String: Entry] = [:]
        /// The nodes of each service.
        var nodeIDs: [String: Set<String>] = [:]
        /// As it is, whatever watches can read of it.
        var state = RegistryState()
        var outage: MicroError?
        var watchers: [Int: Watcher] = [:]
        var revision: UInt64 = 0
        var nextWatchID = 0
        var reaper: (nextWakeup: ContinuousClock.Instant, task: Task<Void, Never>)?
    }

    private let content = Mutex(Content())

    deinit { content.withLock { $0.reaper?.task.cancel() } }

    var state: RegistryState {
        content.withLock { content in
            removeExpired(&content)
            return content.state
        }
    }

    /// Stores the nodes of a record; tells whether at least one was not there.
    func put(_ service: ServiceRecord, timeToLive: Duration?) -> Bool {
        content.withLock { content in
            removeExpired(&content)
            let expiry = timeToLive.map { ContinuousClock.now + $0 }
            var created = false
            var changed: Set<String> = []
            for node in service.nodes {
                var single = service
                single.nodes = [node]
                let old = content.entries[node.id]
                created = created || old == nil
                if let old, old.stored.service == single {
                    content.entries[node.id]?.expiry = expiry
                    continue
                }
                if let oldName = old?.stored.service.name {
                    content.nodeIDs[oldName]?.remove(node.id)
                    changed.insert(oldName)
                }
                content.revision += 1
                content.entries[node.id] = Entry(
                    stored: StoredNode(service: single, revision: content.revision), expiry: expiry)
                content.nodeIDs[service.name, default: []].insert(node.id)
                changed.insert(service.name)
            }
            publish(changed, &content)
            if let expiry { reap(at: expiry, &content) }
            return created
        }
    }

    func remove(_ nodeIDs: Set<String>) {
        content.withLock { content in
            removeExpired(&content)
            remove(nodeIDs, &content)
        }
    }

    func makeWatchID() -> Int {
        content.withLock { content in
            content.nextWatchID += 1
            return content.nextWatchID
        }
    }

    func addWatch(_ id: Int, of name: String?, _ source: RegistryWatch.Source) {
        content.withLock { content in
            removeExpired(&content)
            content.watchers[id] = Watcher(name: name, source: source)
            if let outage = content.outage {
                source.yield(RegistryState(freshness: .unknown(cause: outage)))
            } else {
                source.yield(Self.scoped(content.state, to: name))
            }
        }
    }

    var openRegistrations: Int {
        content.withLock { content in
            removeExpired(&content)
            return content.entries.values.count { $0.expiry != nil }
        }
    }

    func revoke() {
        content.withLock { content in
            remove(content.entries.filter { $0.value.expiry != nil }.map(\.key), &content)
        }
    }

    var openWatches: Int { content.withLock(\.watchers.count) }

    func wipe() {
        content.withLock { content in remove(Array(content.entries.keys), &content) }
    }

    /// Tells all watches that the last state is not live any more.
    func fail(with cause: MicroError) {
        content.withLock { content in
            removeExpired(&content)
            content.outage = cause
            for watcher in content.watchers.values {
                watcher.source.yield(Self.scoped(content.state, to: watcher.name).failing(with: cause))
            }
        }
    }

    func recover() {
        content.withLock { content in
            removeExpired(&content)
            content.outage = nil
            for watcher in content.watchers.values {
                watcher.source.yield(Self.scoped(content.state, to: watcher.name))
            }
        }
    }

    func removeWatch(_ id: Int) {
        content.withLock { content in content.watchers[id] = nil }
    }

    private func remove(_ nodeIDs: some Sequence<String>, _ content: inout Content) {
        var changed: Set<String> = []
        for id in nodeIDs {
            guard let name = content.entries.removeValue(forKey: id)?.stored.service.name else { continue }
            content.nodeIDs[name]?.remove(id)
            changed.insert(name)
        }
        publish(changed, &content)
    }

    private func publish(_ changed: Set<String>, _ content: inout Content) {
        guard !changed.isEmpty else { return }
        for name in changed {
            let stored = (content.nodeIDs[name] ?? []).compactMap { content.entries[$0]?.stored }
            if stored.isEmpty { content.nodeIDs[name] = nil }
            content.state[name] = ServiceRecord.merging(stored)
        }
        // Watches that cannot read keep what they have until the recovery.
        guard content.outage == nil else { return }
        for watcher in content.watchers.values {
            if let name = watcher.name, !changed.contains(name) { continue }
            watcher.source.yield(Self.scoped(content.state, to: watcher.name))
        }
    }

    private static func scoped(_ state: RegistryState, to name: String?) -> RegistryState {
        guard let name else { return state }
        return RegistryState(state[name])
    }

    private func removeExpired(_ content: inout Content) {
        let now = ContinuousClock.now
        // Most often nothing is due: the reaper knows the earliest expiry.
        guard let reaper = content.reaper, reaper.nextWakeup <= now else { return }
        remove(content.entries.filter { ($0.value.expiry ?? now + .seconds(1)) <= now }.map(\.key), &content)
        reaper.task.cancel()
        content.reaper = nil
        if let next = content.entries.values.compactMap(\.expiry).min() { reap(at: next, &content) }
    }

    /// Sees to it that nodes go when their time is over even if nobody calls.
    private func reap(at expiry: ContinuousClock.Instant, _ content: inout Content) {
        if let reaper = content.reaper {
            guard expiry < reaper.nextWakeup else { return }
            reaper.task.cancel()
        }
        let task = Task { [weak self] in
            do { try await Task.sleep(until: expiry, clock: .continuous) } catch { return }
            guard let self else { return }
            self.content.withLock { self.removeExpired(&$0) }
        }
        content.reaper = (expiry, task)
    }
}
