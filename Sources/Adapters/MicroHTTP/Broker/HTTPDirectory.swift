// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Who subscribes to a topic, as the registry says, and for a moment from memory.
///
/// What was read is used for a ``lifetime``, counted from before it was asked for, and is then read again: before it has
/// ended where publications go on, so that they do not wait. A subscription is in effect only when it has seen itself in
/// the registry and a lifetime has passed since: by then every publisher, in whatever process, has read it.
final class HTTPDirectory: Sendable {
    /// How long a publisher may know less than the registry. All publishers and subscribers have to agree on it.
    static let lifetime = Duration.milliseconds(50)
    /// The version of a subscriber without a queue, as go-micro has it.
    static let broadcast = "ff.http.broadcast"

    private struct View: Sendable {
        let readAt: ContinuousClock.Instant
        let groups: [[Node]]
    }

    private struct Entry {
        var view: View?
        var reading: Task<View, any Error>?

        mutating func end(with view: View) { (self.view, reading) = (view, nil) }

        func isUsed(at now: ContinuousClock.Instant) -> Bool {
            reading != nil || view.map { now - $0.readAt <= lifetime } ?? false
        }
    }

    private enum Step {
        case use([[Node]])
        case wait(Task<View, any Error>)
    }

    private struct Content {
        var entries: [String: Entry] = [:]
        /// At how many entries those are dropped that are of no use any more.
        var limit = 256
        var isClosed = false
    }

    private let registry: any Registry
    private let content = Mutex(Content())
    private let backoff = Backoff(base: .milliseconds(20), limit: .milliseconds(250))

    init(registry: any Registry) { self.registry = registry }

    deinit { for entry in content.withLock(\.entries).values { entry.reading?.cancel() } }

    /// The name under which the subscribers of a topic are registered.
    static func service(of topic: String) -> String { "topic:\(topic)" }

    /// The subscribers: of each group one is to get a message.
    ///
    /// - Throws: ``MicroError``: what the registry throws, once the deadline has come; or `CancellationError`.
    func groups(of topic: String, by deadline: ContinuousClock.Instant) async throws -> [[Node]] {
        let oldest = ContinuousClock.now - Self.lifetime
        return try await patiently(by: deadline) {
            while true {
                switch try step(topic, oldest: oldest) {
                case .use(let groups): return groups
                case .wait(let reading):
                    let view = try await withDeadline(deadline, orThrow: self.slow(topic)) { try await reading.value }
                    // One that was under way already may be too old for this caller.
                    if view.readAt >= oldest { return view.groups }
                }
            }
        }
    }

    /// Waits until every publisher knows of a subscriber.
    ///
    /// - Throws: As ``groups(of:by:)``.
    func becomeVisible(_ id: String, on topic: String, by deadline: ContinuousClock.Instant) async throws {
        try await patiently(by: deadline) {
            let records = try await withDeadline(deadline, orThrow: self.slow(topic)) { [registry] in
                try await registry.lookUp(Self.service(of: topic))
            }
            guard records.flatMap(\.nodes).contains(where: { $0.id == id }) else {
                throw MicroError(.unavailable, "\(registry) does not show the subscription to \(topic)")
            }
        }
        try await Task.sleep(for: Self.lifetime)
    }

    /// Ends what is being read.
    func close() async {
        let readings = content.withLock { content in
            content.isClosed = true
            defer { content.entries = [:] }
            return content.entries.values.compactMap(\.reading)
        }
        for reading in readings { reading.cancel() }
        for reading in readings { _ = await reading.result }
    }

    private func step(_ topic: String, oldest: ContinuousClock.Instant) throws -> Step {
        try content.withLock { content in
            guard !content.isClosed else { throw MicroError.brokerClosed }
            dropUnused(&content)
            var entry = content.entries[topic] ?? Entry()
            defer { content.entries[topic] = entry }
            if let view = entry.view, view.readAt >= oldest {
                if view.readAt < oldest + Self.lifetime / 2, entry.reading == nil { entry.reading = read(topic) }
                return .use(view.groups)
            }
            let reading = entry.reading ?? read(topic)
            entry.reading = reading
            return .wait(reading)
        }
    }

    /// Each use of it drops a share of what it adds: the cost stays the same however many topics there are.
    private func dropUnused(_ content: inout Content) {
        guard content.entries.count >= content.limit else { return }
        let now = ContinuousClock.now
        content.entries = content.entries.filter { $0.value.isUsed(at: now) }
        content.limit = max(256, 2 * content.entries.count)
    }

    private func read(_ topic: String) -> Task<View, any Error> {
        Task { [registry, weak self] in
            let now = ContinuousClock.now
            do {
                let view = View(readAt: now, groups: Self.groups(try await registry.lookUp(Self.service(of: topic))))
                self?.content.withLock { $0.entries[topic]?.end(with: view) }
                return view
            } catch {
                self?.content.withLock { $0.entries[topic]?.reading = nil }
                throw error
            }
        }
    }

    private static func groups(_ records: [ServiceRecord]) -> [[Node]] {
        records.flatMap { record in
            record.version == broadcast ? record.nodes.map { [$0] } : [record.nodes]
        }
    }

    /// Tries again while the registry is away.
    private func patiently<Value>(
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

    private func slow(_ topic: String) -> MicroError {
        MicroError(
            .deadlineExceeded, "\(registry) did not say in time who subscribes to \(topic)",
            origin: MicroError.Origin.broker, isSafeToRetry: true)
    }
}
