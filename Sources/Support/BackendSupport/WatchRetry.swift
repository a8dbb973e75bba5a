// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

/// Repeats an operation that follows a backend, with backoff between failures, until the task is cancelled or the
/// registry is closed.
package struct WatchRetry {
    private var failures = 0

    /// Creates a loop without failures.
    package init() {}

    /// How many failures there were since the last success.
    package var consecutiveFailures: Int { failures }

    /// Records a success: the next failure is the first of a series.
    package mutating func reset() { failures = 0 }

    /// Waits after a failure.
    ///
    /// - Returns: Whether to try again: false if the registry is closed or the task cancelled.
    package mutating func wait(after cause: MicroError) async -> Bool {
        guard cause.code != .closed else { return false }
        do { try await Task.sleep(for: Backoff.afterFailure(cause, attempt: failures)) } catch { return false }
        failures += 1
        return true
    }
}

extension Backoff {
    /// The delay after a failure: at most 5 s, and 10 to 60 s if the credentials were rejected.
    ///
    /// - Parameter attempt: 0 for the first failure in a row.
    package static func afterFailure(_ cause: MicroError, attempt: Int) -> Duration {
        // Rejected credentials rarely become valid, and etcd makes logins slow on purpose.
        let isRejected = [.unauthenticated, .permissionDenied].contains(cause.code)
        let backoff =
            isRejected
            ? Backoff(base: .seconds(10), maxDelay: .seconds(60))
            : Backoff(base: .milliseconds(100), maxDelay: .seconds(5))
        return backoff.delay(attempt: attempt)
    }
}

extension RegistryState {
    /// The state of a watch before its first read.
    package static var notYetRead: RegistryState {
        RegistryState(
            freshness: .unknown(
                cause: MicroError(.unavailable, "nothing has been read yet", origin: MicroError.Origin.registry)))
    }
}
