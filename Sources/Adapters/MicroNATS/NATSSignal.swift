// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Wakes one task that waits for something to do.
final class NATSSignal: Sendable {
    private let state = Mutex<(isNotified: Bool, waiter: CheckedContinuation<Void, Never>?)>((false, nil))

    /// Ends the wait, the present one or the next.
    func notify() {
        let waiter = state.withLock { state in
            state.isNotified = state.waiter == nil
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Returns when it was rung, at the end of the time, or when the task is cancelled.
    func wait(until deadline: ContinuousClock.Instant) async {
        let timer = DeadlineQueue.shared.schedule(at: deadline) { self.notify() }
        defer { DeadlineQueue.shared.cancel(timer) }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.isNotified || Task.isCancelled {
                        state.isNotified = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            notify()
        }
    }
}
