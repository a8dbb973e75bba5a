// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Synchronization

/// Limits the number of concurrent operations. Others wait, in the order of their arrival.
package final class AsyncSemaphore: Sendable {
    private struct State {
        var available: Int
        var waiters: Deque<Promise<Void>> = []
    }

    private let state: Mutex<State>

    /// Creates a semaphore.
    ///
    /// - Parameter count: The maximum number of concurrent operations; at least 1.
    package init(_ count: Int) { state = Mutex(State(available: max(1, count))) }

    /// Waits for a permit, runs the body, and releases the permit.
    ///
    /// - Parameters:
    ///   - deadline: When to stop waiting for the permit. It does not apply to the body.
    ///   - timeoutError: The error at the deadline; created only then.
    /// - Throws: The error of the body, `timeoutError`, or `CancellationError` if the task is cancelled while it waits.
    package func withPermit<Value>(
        by deadline: ContinuousClock.Instant, orThrow timeoutError: @autoclosure @escaping @Sendable () -> MicroError,
        _ body: () async throws -> Value
    ) async throws -> Value {
        if let waiter = acquireOrEnqueue() {
            do {
                try await waiter.value(until: deadline, orThrow: timeoutError())
            } catch {
                remove(waiter)
                throw error
            }
        }
        defer { release() }
        return try await body()
    }

    /// Takes a permit, or enqueues a waiter that gets the next one.
    private func acquireOrEnqueue() -> Promise<Void>? {
        state.withLock { state in
            if state.available > 0 {
                state.available -= 1
                return nil
            }
            let waiter = Promise<Void>()
            state.waiters.append(waiter)
            return waiter
        }
    }

    private func remove(_ waiter: Promise<Void>) {
        state.withLock { state in state.waiters.removeAll { $0 === waiter } }
    }

    /// Passes the permit to the first task that still waits.
    private func release() {
        while true {
            let next = state.withLock { state in
                let next = state.waiters.popFirst()
                if next == nil { state.available += 1 }
                return next
            }
            guard let next else { return }
            if next.resolve() { return }
        }
    }
}
