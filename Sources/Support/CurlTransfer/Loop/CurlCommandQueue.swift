// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What callers hand to the thread, and the thread's life: it starts with the first request and ends with `close()`.
final class CurlCommandQueue: Sendable {
    enum Command: Sendable {
        case add(any CurlExchange)
        case remove(any CurlExchange)
        case resume(any CurlExchange)
    }

    private enum Phase {
        case idle
        case running
        case closing
        case closed
    }

    private struct State {
        var phase = Phase.idle
        var commands: [Command] = []
        /// `nil` until the thread can be woken; before it first waits it looks at the commands anyway.
        var wake: (@Sendable () -> Void)?
        var isWakePending = false
        var closeWaiters: [CheckedContinuation<Void, Never>] = []

        /// Called under the lock, which the thread takes to withdraw `wake` before it frees what `wake` uses.
        mutating func signal() {
            guard let wake, !isWakePending else { return }
            isWakePending = true
            wake()
        }
    }

    private let state = Mutex(State())
    private let startThread: @Sendable (CurlCommandQueue) -> Bool

    /// `startThread` runs a thread over this mailbox, or returns false.
    init(startThread: @escaping @Sendable (CurlCommandQueue) -> Bool) {
        self.startThread = startThread
    }

    // MARK: Callers' side

    /// Hands the exchange to the thread, or ends it.
    func submit(_ exchange: any CurlExchange) {
        let (accepted, isFirst) = state.withLock { state -> (Bool, Bool) in
            switch state.phase {
            case .idle:
                state.phase = .running
                state.commands.append(.add(exchange))
                return (true, true)
            case .running:
                state.commands.append(.add(exchange))
                state.signal()
                return (true, false)
            case .closing, .closed:
                return (false, false)
            }
        }
        if !accepted { exchange.end(.failure(CurlError.closed)) }
        if isFirst, !startThread(self) {
            threadEnded(
                failingWith: CurlError(kind: .other, message: "the system has no thread left for HTTP requests"))
        }
    }

    /// Takes an exchange that has ended off the wire.
    func cancelExchange(_ exchange: any CurlExchange) {
        post(.remove(exchange))
    }

    /// Has a paused exchange go on.
    func resume(_ exchange: any CurlExchange) {
        post(.resume(exchange))
    }

    /// Without a thread there is nothing to command.
    private func post(_ command: Command) {
        state.withLock { state in
            guard state.phase == .running else { return }
            state.commands.append(command)
            state.signal()
        }
    }

    /// Has the thread end, if there is one; does not wait.
    func stop() {
        state.withLock { state in
            switch state.phase {
            case .idle:
                state.phase = .closed
            case .running:
                state.phase = .closing
                state.signal()
            case .closing, .closed:
                break
            }
        }
    }

    /// Returns once the thread has ended and everything in flight with it.
    func close() async {
        stop()
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if state.phase != .closed { state.closeWaiters.append(continuation) }
                return state.phase == .closed
            }
            if isClosed { continuation.resume() }
        }
    }

    // MARK: The thread's side

    /// From now on `wake` gets the thread out of its wait.
    func threadStarted(wake: @escaping @Sendable () -> Void) {
        state.withLock { $0.wake = wake }
    }

    /// Moves what has arrived into `batch`, which is empty; false when the thread is to end (`wake` is not called any
    /// more).
    func take(into batch: inout [Command]) -> Bool {
        state.withLock { state in
            swap(&state.commands, &batch)
            state.isWakePending = false
            if state.phase == .closing { state.wake = nil }
            return state.phase != .closing
        }
    }

    /// The thread is done, or never came to be; what is left ends with `error`. Unless closed, the next request tries
    /// again.
    func threadEnded(failingWith error: CurlError) {
        let (rest, closeWaiters) = state.withLock { state in
            let left = (state.commands, state.closeWaiters)
            state = State(phase: state.phase == .closing ? .closed : .idle)
            return left
        }
        for case .add(let exchange) in rest { exchange.end(.failure(error)) }
        for closer in closeWaiters { closer.resume() }
    }
}
