// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Lets deliveries wait while an app is not healthy.
final class HealthGate: Sendable {
    private struct State {
        var isOpen = false
        /// Wait for the next change.
        var waiters: [Promise<Void>] = []
    }

    private let state = Mutex(State())

    /// Opens or closes the gate.
    func set(_ isOpen: Bool) {
        let waiters = state.withLock { state in
            guard state.isOpen != isOpen else { return [Promise<Void>]() }
            state.isOpen = isOpen
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resolve() }
    }

    /// Waits until the gate is open, or closed.
    ///
    /// - Throws: `CancellationError`.
    func wait(untilOpen wanted: Bool = true) async throws {
        while true {
            try Task.checkCancellation()
            let change = Promise<Void>()
            let isDone = state.withLock { state in
                if state.isOpen == wanted { return true }
                state.waiters.removeAll { !$0.isPending }
                state.waiters.append(change)
                return false
            }
            if isDone { return }
            try await change.value()
        }
    }
}
