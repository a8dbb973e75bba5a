// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A task on an event loop that runs one operation after the other: to make one for each request, and the memory that the
/// calls in it need, took a sixth of a server's time for a small one.
final class HTTPLoopTask: Sendable {
    typealias Operation = @Sendable () async -> Void

    private struct Content {
        var task: Task<Void, Never>?
        var operation: Operation?
        var idleContinuation: UnsafeContinuation<Void, Never>?
    }

    private let content: Mutex<Content>

    /// Starts with an operation.
    init(on executor: HTTPLoopExecutor, _ operation: @escaping Operation) {
        content = Mutex(Content(operation: operation))
        let task = Task(executorPreference: executor) {
            repeat { await self.runOperation() } while await self.waitForNextOperation(on: executor)
        }
        content.withLock { $0.task = task }
    }

    /// Cancels the operation that runs. The task ends behind it.
    func cancel() { content.withLock(\.task)?.cancel() }

    /// Goes on with the next operation, while it rests.
    func wake(with operation: @escaping Operation) {
        let continuation = content.withLock { content in
            content.operation = operation
            defer { content.idleContinuation = nil }
            return content.idleContinuation
        }
        continuation?.resume()
    }

    /// In a function of its own, so that nothing of the operation is kept while the task rests.
    private func runOperation() async {
        let operation = content.withLock { content in
            defer { content.operation = nil }
            return content.operation
        }
        await operation?()
    }

    /// Waits for the next operation; false if there will be none.
    private func waitForNextOperation(on executor: HTTPLoopExecutor) async -> Bool {
        guard !Task.isCancelled, executor.addIdleTask(self) else { return false }
        await withUnsafeContinuation { continuation in
            content.withLock { $0.idleContinuation = continuation }
        }
        return true
    }
}
