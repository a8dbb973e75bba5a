// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Waits for a backend that was started.
enum BackendStart {
    private static let pollInterval = Duration.milliseconds(100)

    /// Waits until a backend serves requests.
    ///
    /// - Parameters:
    ///   - backend: The backend, for the error message.
    ///   - advice: The text about the cause in the error message.
    /// - Throws: ``/MicroCore/MicroError`` with `deadlineExceeded` after the limit; `CancellationError`.
    static func wait(
        for backend: String, within limit: Duration, until isServing: @Sendable () async -> Bool,
        advice: () -> String
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while !(await isServing()) {
            guard .now < deadline else {
                throw MicroError(
                    .deadlineExceeded, "\(backend) did not serve requests within \(limit) of its start: \(advice())",
                    origin: "conformance")
            }
            try await Task.sleep(for: pollInterval)
        }
    }
}
