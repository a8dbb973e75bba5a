// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Runs a server in a task without the executor of `.blocking`, and cancels it with the caller.
///
/// Servers of Hummingbird wait in `merge` of AsyncAlgorithms, which holds a lock while it suspends. In a task that prefers
/// an executor, the suspension waits for a lock that a cancellation holds, which waits for the first one.
package func withoutPreferredExecutor(_ run: @escaping @Sendable () async throws -> Void) async throws {
    let task = Task { try await run() }
    try await withTaskCancellationHandler {
        try await task.value
    } onCancel: {
        task.cancel()
    }
}
