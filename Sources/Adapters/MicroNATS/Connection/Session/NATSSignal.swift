// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Wakes the one task that waits for work.
final class NATSSignal: Sendable {
    private let state = Mutex<(isNotified: Bool, waiter: Promise<Void>?)>((false, nil))

    /// Ends the current wait, or the next one if no task waits.
    func notify() {
        let waiter = state.withLock { state in
            state.isNotified = state.waiter == nil
            return state.waiter.take()
        }
        waiter?.resolve()
    }

    /// Returns after ``notify()``, at the deadline, or when the task is cancelled.
    func wait(until deadline: ContinuousClock.Instant) async {
        let promise = Promise<Void>()
        let isReady = state.withLock { state in
            if state.isNotified {
                state.isNotified = false
                return true
            }
            state.waiter = promise
            return false
        }
        if isReady { return }
        try? await promise.value(
            until: deadline, orThrow: MicroError(.deadlineExceeded, "not notified", origin: MicroError.Origin.broker))
        state.withLock { if $0.waiter === promise { $0.waiter = nil } }
    }
}
