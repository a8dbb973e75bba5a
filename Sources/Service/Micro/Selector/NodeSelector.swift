// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
public import MicroCore
import Synchronization

/// Finds nodes of services for a client: one watch for each service in use, and a choice in constant time.
///
/// When the registry is away the last nodes that were read are served; that nothing could be read is `unavailable`,
/// and never taken for "there is none".
public final class NodeSelector: Sendable {
    private struct Entry {
        let view: ServiceView
        let task: Task<Void, Never>
    }

    private struct Content {
        var entries: [String: Entry] = [:]
        var evictionTask: Task<Void, Never>?
        var isClosed = false
    }

    /// How long a watch stays open for a service that nobody calls, and for one that turned out not to exist.
    private let idleTimeout: (inUse: Duration, empty: Duration)

    private let registry: any Registry
    private let transportName: String
    private let strategy: SelectionStrategy
    private let content = Mutex(Content())

    /// Creates a selector. Nothing runs until a service is asked for.
    ///
    /// - Parameters:
    ///   - registry: Where the nodes come from.
    ///   - transportName: Only nodes are chosen that carry this in their metadata as `transport`, or nothing.
    ///   - strategy: How one of them is chosen.
    public convenience init(registry: any Registry, transportName: String, strategy: SelectionStrategy = .random) {
        self.init(
            registry: registry, transportName: transportName, strategy: strategy,
            idleTimeout: (inUse: .seconds(300), empty: .seconds(10)))
    }

    init(
        registry: any Registry, transportName: String, strategy: SelectionStrategy,
        idleTimeout: (inUse: Duration, empty: Duration)
    ) {
        self.idleTimeout = idleTimeout
        self.registry = registry
        self.transportName = transportName
        self.strategy = strategy
    }

    deinit {
        content.withLock { content in
            content.evictionTask?.cancel()
            for entry in content.entries.values { entry.task.cancel() }
        }
    }

    /// Chooses a node of a service.
    ///
    /// - Parameters:
    ///   - service: The name of the service.
    ///   - filter: Which nodes may be chosen.
    ///   - key: What ``SelectionStrategy/consistentHash`` chooses by.
    ///   - tried: The IDs of nodes to avoid as long as there are others.
    ///   - deadline: How long to wait for the registry when the service is asked for the first time.
    /// - Returns: The node; tell it by ``Selection/done(_:)`` how it did.
    /// - Throws: ``MicroError`` with `notFound` (the registry knows no node), `unavailable` (the registry cannot say),
    ///   `deadlineExceeded`, `invalidName`, `closed`; or `CancellationError`.
    public func pick(
        _ service: String, where filter: NodeFilter = NodeFilter(), key: String? = nil,
        avoiding tried: Set<String> = [], deadline: ContinuousClock.Instant
    ) async throws -> Selection {
        let view = try view(of: service)
        if let node = view.pick(filter, key: key, avoiding: tried) { return node }
        let state = try await withDeadline(deadline, orThrow: self.lookupTimeoutError(service)) { await view.state() }
        if let node = view.pick(filter, key: key, avoiding: tried) { return node }
        throw selectionError(of: service, filter, in: state)
    }

    /// Ends all watches and waits for that. Closing twice is fine.
    public func close() async {
        let tasks = content.withLock { content in
            content.isClosed = true
            defer { content.entries = [:] }
            return content.entries.values.map(\.task) + [content.evictionTask].compactMap(\.self)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private func view(of service: String) throws -> ServiceView {
        try content.withLock { content in
            if let entry = content.entries[service] { return entry.view }
            guard !content.isClosed else {
                throw MicroError(.closed, "the client is closed", origin: MicroError.Origin.client)
            }
            let watch = try registry.watch(service)
            let view = ServiceView(name: service, strategy: strategy, isEligible: isEligible)
            content.entries[service] = Entry(view: view, task: Task { await view.follow(watch) })
            if content.evictionTask == nil {
                content.evictionTask = Task { [weak self, pause = idleTimeout.empty / 2] in
                    // Holds the selector only while it works, so that one that was not closed can go.
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

    /// Ends the watches that nobody needs; false when none is left.
    private func evictIdle() -> Bool {
        let now = ContinuousClock.now
        let (evicted, isNeeded) = content.withLock { content in
            let idle = content.entries.filter { _, entry in
                let idleness = entry.view.idleness(at: now)
                return idleness.time > (idleness.isEmpty ? idleTimeout.empty : idleTimeout.inUse)
            }
            for name in idle.keys { content.entries[name] = nil }
            if content.entries.isEmpty { content.evictionTask = nil }
            return (idle.values.map(\.task), !content.entries.isEmpty)
        }
        for task in evicted { task.cancel() }
        return isNeeded
    }

    private func selectionError(of service: String, _ filter: NodeFilter, in state: RegistryState?) -> MicroError {
        switch state?.freshness {
        case .live:
            return MicroError(
                .notFound, "no instances of \(service) in \(registry): \(explanation(state?[service] ?? [], filter))",
                origin: MicroError.Origin.client, isSafeToRetry: true)
        case .stale(_, let cause), .unknown(let cause):
            return MicroError(
                .unavailable, cause.message, origin: MicroError.Origin.client, cause: cause, isSafeToRetry: true)
        case nil:
            return MicroError(.closed, "\(registry) is closed", origin: MicroError.Origin.client)
        }
    }

    private func explanation(_ records: [ServiceRecord], _ filter: NodeFilter) -> String {
        let nodes = records.flatMap(\.nodes)
        let compatibleCount = nodes.count(where: isEligible)
        if nodes.isEmpty { return "is it running, and does it use this registry?" }
        if compatibleCount == 0 { return "its \(nodes.count) do not speak the transport \(transportName)" }
        return "none of its \(compatibleCount) passes the filter of the call"
    }

    private func lookupTimeoutError(_ service: String) -> MicroError {
        MicroError(
            .deadlineExceeded, "\(registry) did not say in time where \(service) runs",
            origin: MicroError.Origin.client,
            isSafeToRetry: true)
    }
}
