// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Whether brokers can reach their backend, and who waits until they can.
final class MemoryOutage: Sendable {
    private struct State {
        var waiters: [Int: (owner: ObjectIdentifier, continuation: AsyncStream<Never>.Continuation)] = [:]
        var nextID = 0
    }

    private let isDown = Atomic(false)
    private let state = Mutex(State())

    var isOver: Bool { !isDown.load(ordering: .acquiring) }

    func begin() { state.withLock { _ in isDown.store(true, ordering: .releasing) } }

    func end() {
        let waiters = state.withLock { state in
            isDown.store(false, ordering: .releasing)
            defer { state.waiters = [:] }
            return state.waiters.values.map(\.continuation)
        }
        for continuation in waiters { continuation.finish() }
    }

    /// Lets those go on that wait for the sake of an owner, who is not there any more.
    func release(_ owner: ObjectIdentifier) {
        let waiters = state.withLock { $0.waiters.values.filter { $0.owner == owner } }
        for waiter in waiters { waiter.continuation.finish() }
    }

    /// Waits for the end, or until the owner is released.
    ///
    /// - Parameter isGone: Whether the owner is not there any more.
    /// - Throws: ``MicroError`` with `unavailable` at the deadline, or `CancellationError`.
    func wait(
        until deadline: ContinuousClock.Instant, for owner: ObjectIdentifier,
        unless isGone: @escaping @Sendable () -> Bool
    ) async throws {
        try await withDeadline(deadline, orThrow: Self.error) { await self.wait(for: owner, unless: isGone) }
    }

    private func wait(for owner: ObjectIdentifier, unless isGone: () -> Bool) async {
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        let id = state.withLock { state -> Int? in
            // Asked under the lock: who releases the owner either comes later and finds it, or came first.
            guard !isOver, !isGone() else { return nil }
            state.nextID += 1
            state.waiters[state.nextID] = (owner, continuation)
            return state.nextID
        }
        guard let id else { return }
        // Ends when the outage does, or when the task is cancelled.
        for await _ in stream {}
        state.withLock { $0.waiters[id] = nil }
    }

    private static let error = MicroError(
        .unavailable, "cannot reach the memory of this process: its brokers were stopped",
        origin: MicroError.Origin.broker, isSafeToRetry: true)
}
