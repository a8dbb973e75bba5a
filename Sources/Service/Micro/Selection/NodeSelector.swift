// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
public import MicroCore
import Synchronization

/// Selects nodes of services for a client: keeps a watch for each service in use, and selects in constant time.
///
/// While the registry is not readable, the last known nodes are selected. Nodes that are missing after the outage are
/// retained for a grace period, so that they can register again. If nothing has been read yet, the error is
/// `unavailable`, never `notFound`.
public final class NodeSelector: Sendable {
    private struct Entry {
        let view: ServiceView
        let task: Task<Void, Never>
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var evictionTask: Task<Void, Never>?
        var isClosed = false
    }

    /// The maximum number of shards. With more threads, several threads share a shard.
    private static let maxShards = 64

    /// How long nodes that are missing after an outage of the registry are retained.
    private let outageGracePeriod: Duration

    /// The time after which the watch of an unused service ends; shorter for a service without nodes.
    private let idleTimeout: (inUse: Duration, empty: Duration)

    private let registry: any Registry
    private let transportName: String
    private let strategy: SelectionStrategy
    private let state = Mutex(State())
    private let shards: [SelectorShard]
    /// Whether threads use different shards: set once two threads pick concurrently. Until then, round robin is exact;
    /// afterwards, it is exact per shard.
    private let isSharded = Atomic(false)

    /// Creates a selector. The first pick of a service starts its watch.
    ///
    /// - Parameters:
    ///   - registry: The registry that finds nodes.
    ///   - transportName: The `transport` in the metadata of eligible nodes. Nodes without that metadata are eligible, too.
    ///   - strategy: The strategy that selects a node.
    ///   - outageGracePeriod: How long nodes that are missing after an outage of the registry are retained, so that
    ///     they have time to register again; 30 s by default.
    public convenience init(
        registry: any Registry, transportName: String, strategy: SelectionStrategy = .random,
        outageGracePeriod: Duration = .seconds(30)
    ) {
        self.init(
            registry: registry, transportName: transportName, strategy: strategy, outageGracePeriod: outageGracePeriod,
            idleTimeout: (inUse: .seconds(300), empty: .seconds(10)))
    }

    init(
        registry: any Registry, transportName: String, strategy: SelectionStrategy,
        outageGracePeriod: Duration = .seconds(30), idleTimeout: (inUse: Duration, empty: Duration)
    ) {
        self.outageGracePeriod = outageGracePeriod
        self.idleTimeout = idleTimeout
        self.registry = registry
        self.transportName = transportName
        self.strategy = strategy
        let threads = min(max(ProcessInfo.processInfo.activeProcessorCount, 1), Self.maxShards)
        shards = (0..<threads).map { _ in SelectorShard(strategy: strategy) }
    }

    deinit {
        state.withLock { state in
            state.evictionTask?.cancel()
            for entry in state.entries.values { entry.task.cancel() }
        }
    }

    /// Selects a node of a service.
    ///
    /// - Parameters:
    ///   - service: The name of the service.
    ///   - filter: The nodes that may be selected.
    ///   - key: The key of ``SelectionStrategy/consistentHash``.
    ///   - tried: The IDs of nodes to avoid if there are others.
    ///   - deadline: The deadline for the registry's response when the service is used for the first time.
    /// - Returns: The node. Report the result of the call with ``Selection/report(_:)``.
    /// - Throws: ``/MicroCore/MicroError`` with `notFound` (the registry has no such node), `unavailable` (the registry is not readable),
    ///   `deadlineExceeded`, `invalidName`, `closed`; or `CancellationError`.
    public func pick(
        _ service: String, where filter: NodeFilter = NodeFilter(), key: String? = nil,
        avoiding tried: Set<String> = [], deadline: ContinuousClock.Instant
    ) async throws -> Selection {
        if let selection = pickFromReplica(service, filter, key: key, avoiding: tried) { return selection }
        return try await pickWhenKnown(service, filter, key: key, avoiding: tried, deadline: deadline)
    }

    /// Selects a node as soon as the registry has responded.
    private func pickWhenKnown(
        _ service: String, _ filter: NodeFilter, key: String?, avoiding tried: Set<String>,
        deadline: ContinuousClock.Instant
    ) async throws -> Selection {
        let view = try view(of: service)
        if let selection = shard.pick(view, filter, key: key, avoiding: tried) { return selection }
        let registryState = try await view.registryState(until: deadline, orThrow: self.lookupTimeoutError(service))
        if let selection = shard.pick(view, filter, key: key, avoiding: tried) { return selection }
        throw selectionError(of: service, filter, in: registryState)
    }

    /// The shard of the current thread.
    private var shard: SelectorShard {
        isSharded.load(ordering: .relaxed) ? shards[ThreadSlot.current % shards.count] : shards[0]
    }

    /// Selects a node if the shard of the current thread has a replica of the service.
    private func pickFromReplica(
        _ service: String, _ filter: NodeFilter, key: String?, avoiding tried: Set<String>
    ) -> Selection? {
        if !isSharded.load(ordering: .relaxed) {
            let (selection, isAvailable) = shards[0].pickIfAvailable(service, filter, key: key, avoiding: tried)
            if isAvailable { return selection }
            isSharded.store(true, ordering: .relaxed)
        }
        return shard.pick(service, filter, key: key, avoiding: tried)
    }

    /// Ends all watches, and returns when they have ended. Closing twice has no effect.
    public func close() async {
        let (entries, evictionTask) = state.withLock { state in
            state.isClosed = true
            defer { state.entries = [:] }
            return (state.entries, state.evictionTask)
        }
        stopFollowing(entries)
        let tasks = entries.values.map(\.task) + [evictionTask].compactMap(\.self)
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private func view(of service: String) throws -> ServiceView {
        try state.withLock { state in
            if let entry = state.entries[service] {
                // Prevents eviction of the view before the pick.
                entry.view.recordUse()
                return entry.view
            }
            guard !state.isClosed else {
                throw MicroError(.closed, "the client is closed", origin: MicroError.Origin.client)
            }
            let watch = try registry.watch(service)
            let view = ServiceView(name: service, outageGracePeriod: outageGracePeriod, isEligible: isEligible)
            state.entries[service] = Entry(view: view, task: Task { await view.follow(watch) })
            if state.evictionTask == nil {
                state.evictionTask = Task { [weak self, pause = idleTimeout.empty / 2] in
                    // Does not retain the selector while it sleeps, so that a selector that was not closed can be
                    // released.
                    while true {
                        do { try await Task.sleep(for: pause) } catch { return }
                        guard self?.evictIdle() == true else { return }
                    }
                }
            }
            return view
        }
    }

    private var isEligible: @Sendable (Node) -> Bool {
        { [transportName] node in (node.metadata["transport"] ?? transportName) == transportName }
    }

    /// Ends the watches of idle services. Returns false if no watches remain.
    private func evictIdle() -> Bool {
        let now = ContinuousClock.now
        let (evicted, hasEntries) = state.withLock { state in
            let idle = state.entries.filter { _, entry in
                let idleness = entry.view.idleness(at: now)
                return idleness.time > (idleness.isEmpty ? idleTimeout.empty : idleTimeout.inUse)
            }
            for name in idle.keys { state.entries[name] = nil }
            if state.entries.isEmpty { state.evictionTask = nil }
            return (idle, !state.entries.isEmpty)
        }
        stopFollowing(evicted)
        for entry in evicted.values { entry.task.cancel() }
        return hasEntries
    }

    /// Invalidates the replicas of services.
    private func stopFollowing(_ entries: [String: Entry]) {
        for entry in entries.values { entry.view.end() }
        for shard in shards { shard.remove(entries.keys) }
    }

    private func selectionError(
        of service: String, _ filter: NodeFilter, in registryState: RegistryState?
    ) -> MicroError {
        switch registryState?.freshness {
        case .live:
            let reason = reason(for: registryState?[service] ?? [])
            return MicroError(
                .notFound, "no usable instances of \(service) in \(registry): \(reason)",
                origin: MicroError.Origin.client, isSafeToRetry: true)
        case .stale(_, let cause), .unknown(let cause):
            return MicroError(
                .unavailable, cause.message, origin: MicroError.Origin.client, cause: cause, isSafeToRetry: true)
        case nil:
            return MicroError(.closed, "\(registry) is closed", origin: MicroError.Origin.client)
        }
    }

    /// The reason why none of the nodes of these records can be selected.
    private func reason(for records: [ServiceRecord]) -> String {
        let nodes = records.flatMap(\.nodes)
        let eligibleCount = nodes.count(where: isEligible)
        if nodes.isEmpty { return "check that it is running and uses this registry" }
        if eligibleCount == 0 { return "none of its \(nodes.count) nodes uses the transport \(transportName)" }
        return "none of its \(eligibleCount) nodes matches the filter of the call"
    }

    private func lookupTimeoutError(_ service: String) -> MicroError {
        MicroError(
            .deadlineExceeded, "\(registry) did not return the nodes of \(service) by the deadline of the call",
            origin: MicroError.Origin.client, isSafeToRetry: true)
    }
}
