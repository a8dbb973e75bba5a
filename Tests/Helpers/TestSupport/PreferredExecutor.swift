// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Runs a server in a task without the executor of `.blocking`, and cancels it with the caller.
///
/// Servers of Hummingbird wait in `merge` of AsyncAlgorithms, which holds a lock of its own while it suspends. If the task
/// prefers an executor, the suspension also needs the status lock of the task. A cancellation at the same time holds the
/// status lock and waits for the lock of `merge`: a deadlock.
package func withoutPreferredExecutor(_ run: @escaping @Sendable () async throws -> Void) async throws {
    let task = Task { try await run() }
    try await withTaskCancellationHandler {
        try await task.value
    } onCancel: {
        task.cancel()
    }
}
