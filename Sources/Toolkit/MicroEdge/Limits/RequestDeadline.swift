// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Runs a part of a request, and cancels it at a deadline. Waits until it has ended in any case, because the body of the request
/// supports one reader. The operation runs on ``EventLoopExecutor/current``.
///
/// - Parameter client: The context of the request, to cancel the operation if the client disconnects as well; nil if a caller
///   does so.
/// - Throws: The error of the operation; ``/MicroCore/MicroError`` with `deadlineExceeded` if it failed after the deadline.
package func withRequestDeadline<Value: Sendable>(
    _ deadline: ContinuousClock.Instant, client: EdgeContext? = nil,
    _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let task = Task(executorPreference: EventLoopExecutor.current) { try await operation() }
    client?.onDisconnect { task.cancel() }
    defer { client?.onDisconnect(nil) }
    let timer = DeadlineQueue.shared.schedule(at: deadline) { task.cancel() }
    defer { DeadlineQueue.shared.cancel(timer) }
    do {
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    } catch {
        guard deadline <= .now, !Task.isCancelled else { throw error }
        throw MicroError(
            .deadlineExceeded, "there was no response within the time limit of the request",
            origin: MicroError.Origin.edge)
    }
}
