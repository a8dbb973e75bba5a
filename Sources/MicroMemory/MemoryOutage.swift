// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Whether brokers can reach their backend, and who waits until they can.
final class MemoryOutage: Sendable {
    private struct Content {
        var waiting: [Int: AsyncStream<Never>.Continuation] = [:]
        var nextID = 0
    }

    private let isDown = Atomic(false)
    private let content = Mutex(Content())

    var isOver: Bool { !isDown.load(ordering: .acquiring) }

    func begin() { content.withLock { _ in isDown.store(true, ordering: .releasing) } }

    func end() {
        let waiting = content.withLock { content in
            isDown.store(false, ordering: .releasing)
            defer { content.waiting = [:] }
            return content.waiting.values.map(\.self)
        }
        for continuation in waiting { continuation.finish() }
    }

    /// Waits for the end.
    ///
    /// - Throws: ``MicroError`` with `unavailable` at the deadline, or `CancellationError`.
    func wait(until deadline: ContinuousClock.Instant) async throws {
        try await withDeadline(deadline, orThrow: Self.error) { await self.wait() }
    }

    private func wait() async {
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        let id = content.withLock { content -> Int? in
            guard !isOver else { return nil }
            content.nextID += 1
            content.waiting[content.nextID] = continuation
            return content.nextID
        }
        guard let id else { return }
        // Ends when the outage does, or when the task is cancelled.
        for await _ in stream {}
        content.withLock { $0.waiting[id] = nil }
    }

    private static let error = MicroError(
        .unavailable, "cannot reach the memory of this process: its brokers were stopped",
        origin: MicroError.Origin.broker, isSafeToRetry: true)
}
