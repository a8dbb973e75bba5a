// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A task on an event loop that runs one operation after another.
///
/// Tasks are reused, because creating a task per request, with its memory, took a sixth of a server's time for a
/// small request.
final class HTTPLoopTask: Sendable {
    typealias Operation = @Sendable () async -> Void

    private struct State {
        var task: Task<Void, Never>?
        var operation: Operation?
        /// Resumed for each operation, which avoids an allocation for the wait.
        var idleContinuation: UnsafeContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    /// Starts with an operation.
    init(on executor: HTTPLoopExecutor, _ operation: @escaping Operation) {
        state = Mutex(State(operation: operation))
        let task = Task(executorPreference: executor) {
            while await self.runOperation() {
                guard await self.waitForNextOperation(on: executor) else { return }
            }
        }
        state.withLock { $0.task = task }
    }

    /// Cancels the running operation. The task ends afterwards.
    func cancel() { state.withLock(\.task)?.cancel() }

    /// Runs the next operation in an idle task; nil ends the task.
    func wake(with operation: Operation?) {
        let continuation = state.withLock { state in
            state.operation = operation
            defer { state.idleContinuation = nil }
            return state.idleContinuation
        }
        continuation?.resume()
    }

    /// A separate function, so that an idle task does not keep the operation alive.
    ///
    /// - Returns: False if there was no operation.
    private func runOperation() async -> Bool {
        let operation = state.withLock { state in
            defer { state.operation = nil }
            return state.operation
        }
        await operation?()
        return operation != nil
    }

    /// - Returns: False if there will be no other operation.
    private func waitForNextOperation(on executor: HTTPLoopExecutor) async -> Bool {
        guard !Task.isCancelled, executor.addIdleTask(self) else { return false }
        await withUnsafeContinuation { continuation in
            state.withLock { $0.idleContinuation = continuation }
        }
        return true
    }
}
