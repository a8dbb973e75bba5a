// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Runs an operation that may not heed cancellation, and returns at the deadline whatever it does: for the author of an
/// adapter whose client library knows no deadlines.
///
/// At the deadline, or when the calling task is cancelled, the operation's task is cancelled and left to end by itself.
///
/// - Parameters:
///   - deadline: When to give up.
///   - timeout: The error to throw then; made only if it is.
///   - operation: What to run, in a task of its own.
/// - Throws: What the operation throws, the error of `timeout`, or `CancellationError`.
public func withDeadline<Value: Sendable>(
    _ deadline: ContinuousClock.Instant, orThrow timeout: @autoclosure @escaping @Sendable () -> MicroError,
    operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let race = Race<Value>()
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            race.start(
                continuation,
                operation: Task {
                    do { race.end(.success(try await operation())) } catch { race.end(.failure(error)) }
                },
                timer: DeadlineQueue.shared.schedule(at: deadline) { race.end(.failure(timeout())) })
        }
    } onCancel: {
        race.end(.failure(CancellationError()))
    }
}

/// One result for several that race for it. What has lost is cancelled.
private final class Race<Value: Sendable>: Sendable {
    private struct Participants {
        let continuation: CheckedContinuation<Value, any Error>
        let operation: Task<Void, Never>
        let timer: DeadlineQueue.ScheduledAction
    }

    private enum State {
        case new
        case running(Participants)
        /// Ended before it was started: by a cancelled caller, or by a task that was quicker.
        case endedEarly(Result<Value, any Error>)
        case finished
    }

    private let state = Mutex(State.new)

    func start(
        _ continuation: CheckedContinuation<Value, any Error>, operation: Task<Void, Never>,
        timer: DeadlineQueue.ScheduledAction
    ) {
        let participants = Participants(continuation: continuation, operation: operation, timer: timer)
        let earlyResult = state.withLock { state -> Result<Value, any Error>? in
            guard case .endedEarly(let result) = state else {
                state = .running(participants)
                return nil
            }
            state = .finished
            return result
        }
        if let earlyResult { finish(participants, earlyResult) }
    }

    func end(_ result: Result<Value, any Error>) {
        let participants = state.withLock { state -> Participants? in
            switch state {
            case .new:
                state = .endedEarly(result)
                return nil
            case .running(let participants):
                state = .finished
                return participants
            case .endedEarly, .finished:
                return nil
            }
        }
        if let participants { finish(participants, result) }
    }

    private func finish(_ participants: Participants, _ result: Result<Value, any Error>) {
        participants.operation.cancel()
        DeadlineQueue.shared.cancel(participants.timer)
        participants.continuation.resume(with: result)
    }
}

/// Runs an operation to its end even if the calling task is cancelled meanwhile, but not beyond the limit.
///
/// For what has to be left in order: deregistering, draining.
package func withCancellationShield<Value: Sendable>(
    limit: Duration, orThrow timeout: @autoclosure @escaping @Sendable () -> MicroError,
    operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await Task { try await withDeadline(.now + limit, orThrow: timeout(), operation: operation) }.value
}
