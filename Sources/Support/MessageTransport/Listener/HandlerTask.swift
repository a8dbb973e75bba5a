// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The task of a handler, which is cancelled at a deadline.
package final class HandlerTask: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        var timer: DeadlineQueue.ScheduledAction?
        var isCancelled = false
        var hasEnded = false
    }

    private let state = Mutex(State())

    /// Creates a task that does not run yet.
    package init() {}

    /// Runs the handler, and cancels it at the deadline.
    package func run(until deadline: ContinuousClock.Instant, _ body: @escaping @Sendable () async -> Void) {
        let timer = DeadlineQueue.shared.schedule(at: deadline) { [weak self] in self?.cancel() }
        let task = Task {
            await body()
            self.end()
        }
        let (isCancelled, hasEnded) = state.withLock { state in
            if !state.hasEnded { (state.task, state.timer) = (task, timer) }
            return (state.isCancelled, state.hasEnded)
        }
        if isCancelled { task.cancel() }
        if hasEnded { DeadlineQueue.shared.cancel(timer) }
    }

    /// Cancels the handler, also one that does not run yet.
    package func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }

    private func end() {
        let timer = state.withLock { state in
            state.hasEnded = true
            defer { (state.task, state.timer) = (nil, nil) }
            return state.timer
        }
        if let timer { DeadlineQueue.shared.cancel(timer) }
    }
}
