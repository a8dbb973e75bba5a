// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Blocks tasks until it is opened.
final class AsyncGate: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [Promise<Void>] = []
        var arrivals = 0
        var cancellations = 0
    }

    private let state = Mutex(State())

    var isOpen: Bool { state.withLock(\.isOpen) }

    /// The number of tasks that have started to wait.
    var arrivals: Int { state.withLock(\.arrivals) }

    /// The number of tasks that were cancelled while they waited.
    var cancellations: Int { state.withLock(\.cancellations) }

    /// Waits until the gate is open or the task is cancelled.
    func wait() async {
        do { try await arrive().value() } catch { state.withLock { $0.cancellations += 1 } }
    }

    /// Waits until the gate is open, even if the task is cancelled, like a handler that blocks.
    func waitIgnoringCancellation() async { try? await arrive().uncancellableValue() }

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resolve() }
    }

    private func arrive() -> Promise<Void> {
        let waiter = Promise<Void>()
        let isOpen = state.withLock { state in
            state.arrivals += 1
            if !state.isOpen { state.waiters.append(waiter) }
            return state.isOpen
        }
        if isOpen { waiter.resolve() }
        return waiter
    }
}
