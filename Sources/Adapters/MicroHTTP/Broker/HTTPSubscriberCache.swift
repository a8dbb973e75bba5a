// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Who subscribes to a topic, as the registry says, and for a moment from memory.
///
/// What was read is used for a ``cacheLifetime``, counted from before it was asked for, and is then read again: before it has
/// ended where publications go on, so that they do not wait. A subscription is in effect only when it has seen itself in
/// the registry and a lifetime has passed since: by then every publisher, in whatever process, has read it.
final class HTTPSubscriberCache: Sendable {
    /// How long a publisher may know less than the registry. All publishers and subscribers have to agree on it.
    static let cacheLifetime = Duration.milliseconds(50)
    /// The version of a subscriber without a queue, as go-micro has it.
    static let broadcastVersion = "ff.http.broadcast"

    private struct Snapshot: Sendable {
        let fetchedAt: ContinuousClock.Instant
        let groups: [[Node]]
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

    private struct Content {
        var entries: [String: Entry] = [:]
        /// At how many entries those are dropped that are of no use any more.
        var evictionThreshold = 256
        var isClosed = false
    }

    private let registry: any Registry
    private let content = Mutex(Content())
    private let backoff = Backoff(base: .milliseconds(20), maxDelay: .milliseconds(250))

    init(registry: any Registry) { self.registry = registry }

    deinit { for entry in content.withLock(\.entries).values { entry.refreshTask?.cancel() } }

    /// The name under which the subscribers of a topic are registered.
    static func service(of topic: String) -> String { "topic:\(topic)" }

    /// The subscribers: of each group one is to get a message.
    ///
    /// - Throws: ``MicroError``: what the registry throws, once the deadline has come; or `CancellationError`.
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
                    // One that was under way already may be too old for this caller.
                    if snapshot.fetchedAt >= minFetchTime { return snapshot.groups }
                }
            }
        }
    }

    /// Waits until every publisher knows of a subscriber.
    ///
    /// - Throws: As ``groups(of:by:)``.
    func waitUntilVisible(_ id: String, on topic: String, by deadline: ContinuousClock.Instant) async throws {
        try await withRetries(by: deadline) {
            let records = try await withDeadline(deadline, orThrow: self.timeoutError(topic)) { [registry] in
                try await registry.lookUp(Self.service(of: topic))
            }
            guard records.flatMap(\.nodes).contains(where: { $0.id == id }) else {
                throw MicroError(.unavailable, "\(registry) does not show the subscription to \(topic)")
            }
        }
        try await Task.sleep(for: Self.cacheLifetime)
    }

    /// Ends what is being read.
    func close() async {
        let refreshTasks = content.withLock { content in
            content.isClosed = true
            defer { content.entries = [:] }
            return content.entries.values.compactMap(\.refreshTask)
        }
        for refreshTask in refreshTasks { refreshTask.cancel() }
        for refreshTask in refreshTasks { _ = await refreshTask.result }
    }

    private func step(_ topic: String, minFetchTime: ContinuousClock.Instant) throws -> Step {
        try content.withLock { content in
            guard !content.isClosed else { throw MicroError.brokerClosed }
            evictUnused(&content)
            var entry = content.entries[topic] ?? Entry()
            defer { content.entries[topic] = entry }
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

    /// Each use of it drops a share of what it adds: the cost stays the same however many topics there are.
    private func evictUnused(_ content: inout Content) {
        guard content.entries.count >= content.evictionThreshold else { return }
        let now = ContinuousClock.now
        content.entries = content.entries.filter { $0.value.isUsed(at: now) }
        content.evictionThreshold = max(256, 2 * content.entries.count)
    }

    private func refresh(_ topic: String) -> Task<Snapshot, any Error> {
        Task { [registry, weak self] in
            let now = ContinuousClock.now
            do {
                let snapshot = Snapshot(
                    fetchedAt: now, groups: Self.groups(try await registry.lookUp(Self.service(of: topic))))
                self?.content.withLock { $0.entries[topic]?.end(with: snapshot) }
                return snapshot
            } catch {
                self?.content.withLock { $0.entries[topic]?.refreshTask = nil }
                throw error
            }
        }
    }

    private static func groups(_ records: [ServiceRecord]) -> [[Node]] {
        records.flatMap { record in
            record.version == broadcastVersion ? record.nodes.map { [$0] } : [record.nodes]
        }
    }

    /// Tries again while the registry is away.
    private func withRetries<Value>(
        by deadline: ContinuousClock.Instant, _ body: () async throws -> Value
    ) async throws -> Value {
        var attempt = 0
        while true {
            do { return try await body() } catch let error as MicroError where error.code == .unavailable {
                let delay = backoff.delay(attempt: attempt)
                guard .now + delay < deadline else { throw error }
                try await Task.sleep(for: delay)
                attempt += 1
            }
        }
    }

    private func timeoutError(_ topic: String) -> MicroError {
        MicroError(
            .deadlineExceeded, "\(registry) did not say in time who subscribes to \(topic)",
            origin: MicroError.Origin.broker, isSafeToRetry: true)
    }
}
