// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The commands for the thread, and the thread's lifecycle: it starts with the first request and ends with `close()`.
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
        /// Nil until the thread can be woken. The thread reads the commands before its first wait.
        var wake: (@Sendable () -> Void)?
        var isWakePending = false
        var closeWaiters: [Promise<Void>] = []

        /// Called under the lock: the thread removes `wake` under the lock before it frees the descriptors that it
        /// uses.
        mutating func signal() {
            guard let wake, !isWakePending else { return }
            isWakePending = true
            wake()
        }
    }

    private let state = Mutex(State())
    private let startThread: @Sendable (CurlCommandQueue) -> Bool

    /// - Parameter startThread: Starts a thread that executes the commands, or returns false.
    init(startThread: @escaping @Sendable (CurlCommandQueue) -> Bool) {
        self.startThread = startThread
    }

    // MARK: Called by callers

    /// Passes the exchange to the thread, or ends it with an error.
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
                failingWith: CurlError(kind: .other, message: "the system cannot create a thread for HTTP requests"))
        }
    }

    /// Ends the transfer of an exchange that has ended.
    func cancelExchange(_ exchange: any CurlExchange) {
        post(.remove(exchange))
    }

    /// Resumes the transfer of a paused exchange.
    func resume(_ exchange: any CurlExchange) {
        post(.resume(exchange))
    }

    /// Enqueues a command. Without a thread there are no transfers, so the command is dropped.
    private func post(_ command: Command) {
        state.withLock { state in
            guard state.phase == .running else { return }
            state.commands.append(command)
            state.signal()
        }
    }

    /// Requests the end of the thread, without waiting.
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

    /// Ends all requests in flight and waits until the thread has ended.
    func close() async {
        stop()
        let closed = Promise<Void>()
        let isClosed = state.withLock { state in
            if state.phase != .closed { state.closeWaiters.append(closed) }
            return state.phase == .closed
        }
        if !isClosed { try? await closed.uncancellableValue() }
    }

    // MARK: Called by the thread

    /// Sets the function that interrupts the thread's wait.
    func threadStarted(wake: @escaping @Sendable () -> Void) {
        state.withLock { $0.wake = wake }
    }

    /// Moves the pending commands into `batch`, which is empty. Returns false if the thread must end; `wake` is not
    /// called after that.
    func dequeue(into batch: inout [Command]) -> Bool {
        state.withLock { state in
            swap(&state.commands, &batch)
            state.isWakePending = false
            if state.phase == .closing { state.wake = nil }
            return state.phase != .closing
        }
    }

    /// Ends the remaining requests with `error`, after the thread has ended or could not be started. If the queue was
    /// not closed, the next request starts a thread again.
    func threadEnded(failingWith error: CurlError) {
        let (rest, closeWaiters) = state.withLock { state in
            let left = (state.commands, state.closeWaiters)
            state = State(phase: state.phase == .closing ? .closed : .idle)
            return left
        }
        for case .add(let exchange) in rest { exchange.end(.failure(error)) }
        for waiter in closeWaiters { waiter.resolve() }
    }
}
