// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A result that one task waits for and another task provides.
///
/// The result is set once, by whichever comes first: ``resolve(with:)``, the deadline or cancellation. `resolve`
/// returns whether it was the first, so that a permit that was offered to a cancelled waiter can be offered to the next
/// one.
///
/// ```swift
/// let promise = Promise<Void>()
/// let isReady = state.withLock { state in
///     if !state.isReady { state.waiters.append(promise) }
///     return state.isReady
/// }
/// if !isReady { try await promise.value() }
/// ```
package final class Promise<Value: Sendable>: Sendable {
    private enum State {
        case unresolved
        case awaited(CheckedContinuation<Value, any Error>)
        case resolved(Result<Value, any Error>)
    }

    private let state = Mutex(State.unresolved)

    /// Creates a promise without a result.
    package init() {}

    /// Whether there is no result yet.
    package var isPending: Bool {
        state.withLock { state in
            if case .resolved = state { false } else { true }
        }
    }

    /// Sets the result and resumes the waiting task. A second result is dropped.
    ///
    /// Do not call it while holding a lock that the waiting task may take: resuming can run that task's executor.
    ///
    /// - Returns: Whether this was the first result.
    @discardableResult
    package func resolve(with result: Result<Value, any Error>) -> Bool {
        let (isFirst, continuation) = state.withLock { state in
            switch state {
            case .unresolved:
                state = .resolved(result)
                return (true, CheckedContinuation<Value, any Error>?.none)
            case .awaited(let continuation):
                state = .resolved(result)
                return (true, continuation)
            case .resolved:
                return (false, nil)
            }
        }
        continuation?.resume(with: result)
        return isFirst
    }

    /// Sets an error as the result. See ``resolve(with:)``.
    @discardableResult
    package func reject(with error: any Error) -> Bool { resolve(with: .failure(error)) }

    /// Waits for the result. Only one task may wait.
    ///
    /// - Throws: The error of the result, or `CancellationError` if the task is cancelled first; that error then
    ///   becomes the result of the promise.
    package func value() async throws -> Value {
        try await withTaskCancellationHandler {
            try await uncancellableValue()
        } onCancel: {
            resolve(with: .failure(CancellationError()))
        }
    }

    /// Waits for the result until a deadline. Only one task may wait.
    ///
    /// - Parameters:
    ///   - deadline: When to stop waiting.
    ///   - timeoutError: The error at the deadline; created only then.
    /// - Throws: The error of the result, `timeoutError`, or `CancellationError`.
    package func value(
        until deadline: ContinuousClock.Instant,
        orThrow timeoutError: @autoclosure @escaping @Sendable () -> MicroError
    ) async throws -> Value {
        let timer = DeadlineQueue.shared.schedule(at: deadline) { self.resolve(with: .failure(timeoutError())) }
        defer { DeadlineQueue.shared.cancel(timer) }
        return try await value()
    }

    /// Waits for the result, even if the task is cancelled: for waits that end soon, or that cancellation ends in another
    /// way. Only one task may wait.
    ///
    /// - Throws: The error of the result.
    package func uncancellableValue() async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let result = state.withLock { state -> Result<Value, any Error>? in
                switch state {
                case .unresolved:
                    state = .awaited(continuation)
                    return nil
                case .awaited:
                    preconditionFailure("two tasks wait for one promise")
                case .resolved(let result):
                    return result
                }
            }
            if let result { continuation.resume(with: result) }
        }
    }
}

extension Promise where Value == Void {
    /// Sets the result. See ``resolve(with:)``.
    @discardableResult
    package func resolve() -> Bool { resolve(with: .success(())) }
}
