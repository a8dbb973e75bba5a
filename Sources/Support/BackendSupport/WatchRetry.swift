// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

/// Repeats an operation that follows a backend, with backoff between failures, until the task is cancelled or the
/// registry is closed.
package struct WatchRetry {
    private var failures = 0

    /// Creates a loop without failures.
    package init() {}

    /// The number of failures since the last success.
    package var consecutiveFailures: Int { failures }

    /// Records a success, so that the next failure is the first of a series.
    package mutating func reset() { failures = 0 }

    /// Waits after a failure.
    ///
    /// - Parameter minDelay: The delay that the server has requested; at most 30 s of it are respected.
    /// - Returns: Whether to try again: false if the registry is closed or the task cancelled.
    package mutating func wait(after cause: MicroError, atLeast minDelay: Duration? = nil) async -> Bool {
        guard cause.code != .closed else { return false }
        let delay = max(Backoff.afterFailure(cause, attempt: failures), min(minDelay ?? .zero, .seconds(30)))
        do { try await Task.sleep(for: delay) } catch { return false }
        failures += 1
        return true
    }
}

extension Backoff {
    /// The delay after a failure: at most 5 s, and 10 to 60 s if the credentials were rejected.
    ///
    /// - Parameter attempt: 0 for the first failure in a row.
    package static func afterFailure(_ cause: MicroError, attempt: Int) -> Duration {
        // Rejected credentials rarely become valid, and etcd deliberately makes logins slow.
        let isRejected = [.unauthenticated, .permissionDenied].contains(cause.code)
        let backoff =
            isRejected
            ? Backoff(base: .seconds(10), maxDelay: .seconds(60))
            : Backoff(base: .milliseconds(100), maxDelay: .seconds(5))
        return backoff.delay(attempt: attempt)
    }
}

extension RegistryState {
    /// The part of the state that belongs to a watch of a service, or of all services (nil).
    package func scoped(to name: String?) -> RegistryState {
        guard let name else { return self }
        var state = RegistryState(self[name], freshness: freshness)
        state.historyStart = historyStart
        return state
    }

    /// The state of a watch before its first read.
    package static var notYetRead: RegistryState {
        RegistryState(
            freshness: .unknown(
                cause: MicroError(.unavailable, "nothing has been read yet", origin: MicroError.Origin.registry)))
    }
}
