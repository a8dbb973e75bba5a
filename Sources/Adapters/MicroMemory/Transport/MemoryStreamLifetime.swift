// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The state that both sides of a stream share: the task of its handler and the timer of its deadline.
final class MemoryStreamLifetime: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        var timer: DeadlineQueue.ScheduledAction?
        var hasEnded = false
        var onEnd: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    var hasEnded: Bool { state.withLock(\.hasEnded) }

    /// Sets the task of the handler.
    func start(_ task: Task<Void, Never>) { state.withLock { $0.task = task } }

    /// Sets the timer of the deadline, or cancels it if the stream has ended.
    func start(_ timer: DeadlineQueue.ScheduledAction) {
        let hasEnded = state.withLock { state in
            if !state.hasEnded { state.timer = timer }
            return state.hasEnded
        }
        if hasEnded { DeadlineQueue.shared.cancel(timer) }
    }

    func cancelTask() { state.withLock(\.task)?.cancel() }

    /// Calls an action once the stream has ended.
    func onEnd(_ action: @escaping @Sendable () -> Void) {
        let hasEnded = state.withLock { state in
            if !state.hasEnded { state.onEnd = action }
            return state.hasEnded
        }
        if hasEnded { action() }
    }

    /// Ends the stream: cancels the timer and calls the action.
    func end() {
        let (action, timer) = state.withLock { state in
            defer { (state.onEnd, state.timer) = (nil, nil) }
            state.hasEnded = true
            return (state.onEnd, state.timer)
        }
        if let timer { DeadlineQueue.shared.cancel(timer) }
        action?()
    }
}
