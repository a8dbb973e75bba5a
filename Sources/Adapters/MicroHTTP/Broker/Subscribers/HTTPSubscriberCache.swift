// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// A short-lived cache of the subscribers in the registry.
///
/// A snapshot is used for ``cacheLifetime``, measured from the start of the read. While a topic is in use, its snapshot
/// is refreshed before it expires, so that publications do not wait. A subscription is in effect when ``cacheLifetime``
/// has passed after it became visible in the registry: by then, the snapshots of all publishers, in all processes,
/// include it.
final class HTTPSubscriberCache: Sendable {
    /// The maximum age of a snapshot. All publishers and subscribers must use the same value.
    static let cacheLifetime = Duration.milliseconds(50)
    /// The version of a subscriber without a queue, as in go-micro.
    static let broadcastVersion = "ff.http.broadcast"

    private struct Snapshot: Sendable {
        let fetchedAt: ContinuousClock.Instant
        let groups: [[Node]]
    }

    /// The subscribers in a service, which contains the subscribers of one topic or of all topics.
    private struct ServiceSnapshot: Sendable {
        let fetchedAt: ContinuousClock.Instant
        let subscribersByTopic: [String: [HTTPSubscriber]]
    }

    private struct Entry {
        var snapshot: Snapshot?
        var refreshTask: Task<Snapshot, any Error>?

        mutating func end(with snapshot: Snapshot) { (self.snapshot, refreshTask) = (snapshot, nil) }

        func isUsed(at now: ContinuousClock.Instant) -> Bool {
            refreshTask != nil || snapshot.map { now - $0.fetchedAt <= cacheLifetime } ?? false
        }
    }

    private enum Step {
        case use([[Node]])
        case wait(Task<Snapshot, any Error>)
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var sharedSnapshots: [HTTPSubscriberLayout: ServiceSnapshot] = [:]
        /// The number of entries at which unused entries are removed.
        var evictionThreshold = 256
        var isClosed = false
    }

    private let registry: any Registry
    private let state = Mutex(State())
    private let backoff = Backoff(base: .milliseconds(20), maxDelay: .milliseconds(250))

    init(registry: any Registry) { self.registry = registry }

    deinit { for entry in state.withLock(\.entries).values { entry.refreshTask?.cancel() } }

    /// Returns the subscribers of a topic in all layouts. One node of each group receives a message.
    ///
    /// - Throws: ``/MicroCore/MicroError`` of the registry after the deadline, or `CancellationError`.
    func groups(of topic: String, by deadline: ContinuousClock.Instant) async throws -> [[Node]] {
        let minFetchTime = ContinuousClock.now - Self.cacheLifetime
        return try await withRetries(by: deadline) {
            while true {
                switch try step(topic, minFetchTime: minFetchTime) {
                case .use(let groups): return groups
                case .wait(let refreshTask):
                    let snapshot = try await withDeadline(deadline, orThrow: self.timeoutError(topic)) {
                        try await refreshTask.value
                    }
                    // A read that was already in progress may be too old for this publication.
                    if snapshot.fetchedAt >= minFetchTime { return snapshot.groups }
                }
            }
        }
    }

    /// Waits until the snapshots of all publishers include a subscriber.
    ///
    /// - Throws: As ``groups(of:by:)``.
    func waitUntilVisible(_ id: String, on topic: String, by deadline: ContinuousClock.Instant) async throws {
        try await withRetries(by: deadline) {
            let records = try await withDeadline(deadline, orThrow: self.timeoutError(topic)) { [registry] in
                try await registry.lookUp(HTTPSubscriberLayout.prefixedTopic.serviceName(of: topic))
            }
            guard records.flatMap(\.nodes).contains(where: { $0.id == id }) else {
                throw MicroError(.unavailable, "\(registry) does not list the subscription to \(topic) yet")
            }
        }
        try await Task.sleep(for: Self.cacheLifetime)
    }

    /// Cancels the reads in progress and waits for them.
    func close() async {
        let refreshTasks = state.withLock { state in
            state.isClosed = true
            defer { state.entries = [:] }
            return state.entries.values.compactMap(\.refreshTask)
        }
        for refreshTask in refreshTasks { refreshTask.cancel() }
        for refreshTask in refreshTasks { _ = await refreshTask.result }
    }

    private func step(_ topic: String, minFetchTime: ContinuousClock.Instant) throws -> Step {
        try state.withLock { state in
            guard !state.isClosed else { throw MicroError.brokerClosed }
            evictUnused(&state)
            var entry = state.entries[topic] ?? Entry()
            defer { state.entries[topic] = entry }
            if let snapshot = entry.snapshot, snapshot.fetchedAt >= minFetchTime {
                if snapshot.fetchedAt < minFetchTime + Self.cacheLifetime / 2, entry.refreshTask == nil {
                    entry.refreshTask = refresh(topic)
                }
                return .use(snapshot.groups)
            }
            let refreshTask = entry.refreshTask ?? refresh(topic)
            entry.refreshTask = refreshTask
            return .wait(refreshTask)
        }
    }

    /// Removes unused entries when the number of entries has doubled since the last time, so that the cost per
    /// publication is constant for any number of topics.
    private func evictUnused(_ state: inout State) {
        guard state.entries.count >= state.evictionThreshold else { return }
        let now = ContinuousClock.now
        state.entries = state.entries.filter { $0.value.isUsed(at: now) }
        state.evictionThreshold = max(256, 2 * state.entries.count)
    }

    private func refresh(_ topic: String) -> Task<Snapshot, any Error> {
        Task { [registry, weak self] in
            var fetchedAt = ContinuousClock.now
            var subscribers: [HTTPSubscriber] = []
            do {
                // Sequential, so that a publisher uses one connection, and an outage does not multiply its attempts.
                for layout in HTTPSubscriberLayout.allCases {
                    let snapshot =
                        if let cached = self?.sharedSnapshot(layout, at: fetchedAt) {
                            cached
                        } else {
                            try await Self.read(layout, topic, in: registry)
                        }
                    if layout.isShared { self?.state.withLock { $0.sharedSnapshots[layout] = snapshot } }
                    fetchedAt = min(fetchedAt, snapshot.fetchedAt)
                    subscribers += snapshot.subscribersByTopic[topic] ?? []
                }
                let snapshot = Snapshot(fetchedAt: fetchedAt, groups: subscribers.groups)
                self?.state.withLock { $0.entries[topic]?.end(with: snapshot) }
                return snapshot
            } catch {
                self?.state.withLock { $0.entries[topic]?.refreshTask = nil }
                throw error
            }
        }
    }

    /// The cached subscribers of a shared service, if they have just been read for another topic.
    private func sharedSnapshot(
        _ layout: HTTPSubscriberLayout, at now: ContinuousClock.Instant
    ) -> ServiceSnapshot? {
        state.withLock(\.sharedSnapshots)[layout].flatMap { now - $0.fetchedAt <= Self.cacheLifetime / 4 ? $0 : nil }
    }

    private static func read(
        _ layout: HTTPSubscriberLayout, _ topic: String, in registry: any Registry
    ) async throws -> ServiceSnapshot {
        let fetchedAt = ContinuousClock.now
        var subscribersByTopic: [String: [HTTPSubscriber]] = [:]
        for record in try await registry.lookUp(layout.serviceName(of: topic)) {
            let queue = record.version == broadcastVersion ? nil : record.version
            for node in record.nodes {
                guard let topic = layout.topic(of: node, inService: record.name) else { continue }
                subscribersByTopic[topic, default: []].append(HTTPSubscriber(queue: queue, node: node))
            }
        }
        return ServiceSnapshot(fetchedAt: fetchedAt, subscribersByTopic: subscribersByTopic)
    }

    /// Runs the body, and retries it while the registry is unavailable. If the last attempt is short of time, the error
    /// is that of an earlier one, which has the cause.
    private func withRetries<Value>(
        by deadline: ContinuousClock.Instant, _ body: () async throws -> Value
    ) async throws -> Value {
        var (attempt, cause) = (0, MicroError?.none)
        while true {
            do { return try await body() } catch let error as MicroError where error.code == .unavailable {
                let delay = backoff.delay(attempt: attempt)
                guard .now + delay < deadline else { throw error }
                try await Task.sleep(for: delay)
                (attempt, cause) = (attempt + 1, error)
            } catch let error as MicroError where error.code == .deadlineExceeded {
                throw cause ?? error
            }
        }
    }

    private func timeoutError(_ topic: String) -> MicroError {
        MicroError(
            .deadlineExceeded, "\(registry) did not list the subscribers of \(topic) in time",
            origin: MicroError.Origin.broker, isSafeToRetry: true)
    }
}
