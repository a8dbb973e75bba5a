// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// An outage of the brokers' backend, and the operations that wait for its end.
final class MemoryOutage: Sendable {
    private struct Waiter {
        let owner: ObjectIdentifier
        let promise: Promise<Void>
    }

    /// Read without the lock, for every message. It changes only under the lock.
    private let isDown = Atomic(false)
    private let waiters = Mutex<[Waiter]>([])

    var isActive: Bool { isDown.load(ordering: .acquiring) }

    func begin() { waiters.withLock { _ in isDown.store(true, ordering: .releasing) } }

    func end() {
        let released = waiters.withLock { waiters in
            isDown.store(false, ordering: .releasing)
            defer { waiters = [] }
            return waiters
        }
        for waiter in released { waiter.promise.resolve() }
    }

    /// Ends the waits of an owner that is closed.
    func releaseWaiters(of owner: ObjectIdentifier) {
        let released = waiters.withLock { waiters in
            defer { waiters.removeAll { $0.owner == owner } }
            return waiters.filter { $0.owner == owner }
        }
        for waiter in released { waiter.promise.resolve() }
    }

    /// Waits until the outage has ended, or the owner is closed.
    ///
    /// - Parameter isClosed: Whether the owner is closed. It is checked under the lock, so that ``releaseWaiters(of:)`` either
    ///   finds the waiter or has run before.
    /// - Throws: ``MicroError`` with `unavailable` at the deadline, or `CancellationError`.
    func wait(
        until deadline: ContinuousClock.Instant, for owner: ObjectIdentifier, unless isClosed: () -> Bool
    ) async throws {
        let promise = Promise<Void>()
        waiters.withLock { waiters in
            if isActive, !isClosed() {
                waiters.append(Waiter(owner: owner, promise: promise))
            } else {
                promise.resolve()
            }
        }
        defer { waiters.withLock { waiters in waiters.removeAll { $0.promise === promise } } }
        try await promise.value(until: deadline, orThrow: Self.error)
    }

    private static let error = MicroError(
        .unavailable, "cannot reach the memory of this process: its brokers were stopped",
        origin: MicroError.Origin.broker, isSafeToRetry: true)
}
