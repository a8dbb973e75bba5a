// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Runs an operation that may ignore cancellation, and returns at the deadline in any case. For authors of adapters whose
/// client library has no deadlines.
///
/// At the deadline, or when the calling task is cancelled, the task of the operation is cancelled, and this function
/// returns without waiting for it.
///
/// - Parameters:
///   - deadline: When to stop waiting.
///   - timeout: The error at the deadline; created only then.
///   - operation: The operation. It runs in a separate task.
/// - Throws: The error of the operation, `timeout`, or `CancellationError`.
public func withDeadline<Value: Sendable>(
    _ deadline: ContinuousClock.Instant, orThrow timeout: @autoclosure @escaping @Sendable () -> MicroError,
    operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let promise = Promise<Value>()
    let task = Task {
        do { promise.resolve(with: .success(try await operation())) } catch { promise.reject(with: error) }
    }
    do { return try await promise.value(until: deadline, orThrow: timeout()) } catch {
        task.cancel()
        throw error
    }
}

/// Runs an operation to its end even if the calling task is cancelled, but not longer than a time limit. For cleaning up:
/// deregistering, draining.
///
/// - Throws: The error of the operation, or `timeout` at the time limit.
public func withCancellationShield<Value: Sendable>(
    limit: Duration, orThrow timeout: @autoclosure @escaping @Sendable () -> MicroError,
    operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await Task { try await withDeadline(.now + limit, orThrow: timeout(), operation: operation) }.value
}
