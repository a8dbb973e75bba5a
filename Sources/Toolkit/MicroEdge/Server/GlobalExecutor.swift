// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Runs a computation that may take milliseconds on the global executor, so that it does not block the event loop of a
/// connection.
package func withGlobalExecutor<Value: Sendable>(
    _ body: @escaping @concurrent @Sendable () async throws -> Value
) async throws -> Value {
    try await withTaskExecutorPreference(globalConcurrentExecutor, operation: body)
}
