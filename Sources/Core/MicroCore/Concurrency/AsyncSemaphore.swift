// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Synchronization

/// Lets no more than so many operations run at once; the others wait, the first come first.
package final class AsyncSemaphore: Sendable {
    private struct Waiter {
        let id: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct Content {
        var available: Int
        var waiters: Deque<Waiter> = []
        var nextID = 0
    }

    private let content: Mutex<Content>

    /// - Parameter count: How many may run at once; at least 1.
    package init(_ count: Int) { content = Mutex(Content(available: max(1, count))) }

    /// Runs the body as soon as it may.
    ///
    /// - Parameters:
    ///   - deadline: When to stop waiting. It does not concern the body.
    ///   - timeout: The error to throw then; made only if it is.
    /// - Throws: What the body throws, the error of `timeout`, or `CancellationError` when the task is cancelled while it
    ///   waits.
    package func withPermit<Value>(
        by deadline: ContinuousClock.Instant, orThrow timeout: @autoclosure @escaping @Sendable () -> MicroError,
        _ body: () async throws -> Value
    ) async throws -> Value {
        if !tryAcquire() { try await wait(until: deadline, timeout) }
        defer { release() }
        return try await body()
    }

    private func tryAcquire() -> Bool {
        content.withLock { content in
            guard content.available > 0 else { return false }
            content.available -= 1
            return true
        }
    }

    private func wait(until deadline: ContinuousClock.Instant, _ timeout: @escaping @Sendable () -> MicroError)
        async throws
    {
        let id = content.withLock { content in
            content.nextID += 1
            return content.nextID
        }
        let timer = DeadlineQueue.shared.schedule(at: deadline) {
            self.remove(id)?.continuation.resume(throwing: timeout())
        }
        defer { DeadlineQueue.shared.cancel(timer) }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = content.withLock { content -> Result<Void, any Error>? in
                    // Asked under the lock: whoever removes a waiter either comes later and finds it, or came first.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if deadline <= .now { return .failure(timeout()) }
                    guard content.available == 0 else {
                        content.available -= 1
                        return .success(())
                    }
                    content.waiters.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            remove(id)?.continuation.resume(throwing: CancellationError())
        }
    }

    private func remove(_ id: Int) -> Waiter? {
        content.withLock { content in
            content.waiters.firstIndex { $0.id == id }.map { content.waiters.remove(at: $0) }
        }
    }

    private func release() {
        let next = content.withLock { content in
            let next = content.waiters.popFirst()
            if next == nil { content.available += 1 }
            return next
        }
        next?.continuation.resume()
    }
}
