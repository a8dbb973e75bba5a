// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Decides from the results of checks whether an app is healthy.
struct HealthTracker: Sendable {
    private let failureThreshold: Int
    private let successThreshold: Int
    private var streak = 0

    /// Whether the app is healthy. It is not before the first success.
    private(set) var isHealthy = false

    init(_ check: AppHealthCheck) {
        failureThreshold = max(1, check.failureThreshold)
        successThreshold = max(1, check.successThreshold)
    }

    /// Adds a result.
    ///
    /// - Returns: Whether the health has changed.
    mutating func record(success: Bool) -> Bool {
        guard success != isHealthy else {
            streak = 0
            return false
        }
        streak += 1
        guard streak >= (success ? successThreshold : failureThreshold) else { return false }
        isHealthy = success
        streak = 0
        return true
    }
}
