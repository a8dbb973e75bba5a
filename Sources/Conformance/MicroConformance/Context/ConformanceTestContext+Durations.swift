// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension ConformanceTestContext {
    /// The duration of an operation.
    func measure(_ operation: () async throws -> Void) async throws -> Duration {
        let started = ContinuousClock.now
        try await operation()
        return ContinuousClock.now - started
    }

    /// Runs an operation that has a deadline.
    ///
    /// - Parameter operation: The name of the operation, such as `publishing`.
    /// - Returns: The error of the operation; nil if it succeeds. The case fails if the error is not a `MicroError`, or
    ///   if the operation takes more than twice the time to the deadline.
    func attempt(
        _ operation: String, within timeout: Duration, _ body: () async throws -> Void
    ) async throws -> MicroError? {
        var error: MicroError?
        let duration = try await measure {
            do { try await body() } catch let failure as MicroError { error = failure } catch let failure
                as ConformanceFailure
            { throw failure } catch {
                throw ConformanceFailure("\(operation): expected a MicroError, found \(type(of: error)): \(error)")
            }
        }
        try expect(
            duration < timeout * 2, "\(operation) ends within \(timeout * 2), twice its time limit; it took \(duration)"
        )
        return error
    }
}
