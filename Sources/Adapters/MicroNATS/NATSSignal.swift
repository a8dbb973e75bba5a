// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Wakes one task that waits for something to do.
final class NATSSignal: Sendable {
    private let state = Mutex<(isRung: Bool, waiter: CheckedContinuation<Void, Never>?)>((false, nil))

    /// Ends the wait, the present one or the next.
    func ring() {
        let waiter = state.withLock { state in
            state.isRung = state.waiter == nil
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Returns when it was rung, at the end of the time, or when the task is cancelled.
    func wait(until deadline: ContinuousClock.Instant) async {
        let timer = DeadlineQueue.shared.schedule(at: deadline) { self.ring() }
        defer { DeadlineQueue.shared.cancel(timer) }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.isRung || Task.isCancelled {
                        state.isRung = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            ring()
        }
    }
}
