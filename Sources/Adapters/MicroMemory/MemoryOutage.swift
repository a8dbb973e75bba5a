// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// An outage of the brokers' backend, the operations that wait for its end, and the subscriptions that report it.
final class MemoryOutage: Sendable {
    private struct Waiter {
        let owner: ObjectIdentifier
        let promise: Promise<Void>
    }

    /// Read without the lock, for every message. It changes only under the lock.
    private let isDown = Atomic(false)
    private let waiters = Mutex<[Waiter]>([])
    private let subscriptions = Mutex<(sources: [Int: Subscription.Source], lastID: Int)>(([:], 0))

    var isActive: Bool { isDown.load(ordering: .acquiring) }

    func begin() {
        waiters.withLock { _ in isDown.store(true, ordering: .releasing) }
        report()
    }

    // MARK: Subscriptions

    /// A new ID for ``add(_:_:)``.
    func makeID() -> Int {
        subscriptions.withLock { subscriptions in
            subscriptions.lastID += 1
            return subscriptions.lastID
        }
    }

    /// Adds a subscription, which reports the outage as its problem.
    func add(_ id: Int, _ source: Subscription.Source) {
        subscriptions.withLock { $0.sources[id] = source }
        report()
    }

    func remove(_ id: Int) { subscriptions.withLock { $0.sources[id] = nil } }

    private func report() {
        subscriptions.withLock { subscriptions in
            // Read under the lock, so that the last report is that of the present state.
            let problem = isActive ? Self.error : nil
            for source in subscriptions.sources.values { source.report(problem) }
        }
    }

    // MARK: Operations

    func end() {
        let released = waiters.withLock { waiters in
            isDown.store(false, ordering: .releasing)
            defer { waiters = [] }
            return waiters
        }
        for waiter in released { waiter.promise.resolve() }
        report()
    }

    /// Ends the waits of an owner that has been closed.
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
    /// - Throws: ``/MicroCore/MicroError`` with `unavailable` at the deadline, or `CancellationError`.
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
