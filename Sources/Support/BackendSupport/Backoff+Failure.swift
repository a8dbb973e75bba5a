// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

extension Backoff {
    /// How long a watch waits after a failure: 5 s at most, and 10 to 60 s when the credentials are refused.
    ///
    /// - Parameter attempt: 0 for the first failure in a row.
    package static func afterFailure(_ cause: MicroError, attempt: Int) -> Duration {
        // Credentials do not come back by themselves.
        let isRefused = [.unauthenticated, .permissionDenied].contains(cause.code)
        let backoff =
            isRefused
            ? Backoff(base: .seconds(10), maxDelay: .seconds(60))
            : Backoff(base: .milliseconds(100), maxDelay: .seconds(5))
        return backoff.delay(attempt: attempt)
    }
}
