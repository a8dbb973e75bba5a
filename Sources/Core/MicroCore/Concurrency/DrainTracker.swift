// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Counts operations in progress, so that their owner can wait for the last one when it closes.
package final class DrainTracker: Sendable {
    private struct State {
        var count = 0
        var isAccepting = true
        var waiters: [Promise<Void>] = []
    }

    private let state = Mutex(State())

    /// Creates a tracker without operations.
    package init() {}

    /// Counts an operation that begins.
    ///
    /// - Returns: False after ``stopAccepting()``; the operation must not run then.
    package func begin() -> Bool {
        state.withLock { state in
            if state.isAccepting { state.count += 1 }
            return state.isAccepting
        }
    }

    /// Records the end of an operation that was counted.
    package func end() {
        let waiters = state.withLock { state -> [Promise<Void>] in
            state.count -= 1
            guard state.count == 0 else { return [] }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resolve() }
    }

    /// Lets no other operation begin.
    package func stopAccepting() { state.withLock { $0.isAccepting = false } }

    /// Waits until no operation is in progress, even if the task is cancelled.
    package func waitUntilIdle() async {
        // Never throws: only `resolve()` ends the wait.
        if let waiter = addWaiter() { try? await waiter.uncancellableValue() }
    }

    /// Waits until no operation is in progress or the deadline has passed, even if the task is cancelled.
    ///
    /// - Returns: Whether no operation is in progress.
    @discardableResult
    package func waitUntilIdle(deadline: ContinuousClock.Instant) async -> Bool {
        guard let waiter = addWaiter() else { return true }
        let timer = DeadlineQueue.shared.schedule(at: deadline) { waiter.reject(with: CancellationError()) }
        defer { DeadlineQueue.shared.cancel(timer) }
        return (try? await waiter.uncancellableValue()) != nil
    }

    /// Nil if no operation is in progress.
    private func addWaiter() -> Promise<Void>? {
        state.withLock { state in
            guard state.count > 0 else { return nil }
            let waiter = Promise<Void>()
            state.waiters.append(waiter)
            return waiter
        }
    }
}
