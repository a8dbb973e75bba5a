// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The outcome of one case with its duration.
public struct CaseResult: Sendable, Hashable {
    /// The ID of the case, such as `R01`.
    public let id: String
    /// The tier of the case: which adapters and harnesses it applies to.
    public let tier: CaseTier
    /// The requirement of the case.
    public let requirement: String
    /// The outcome.
    public let outcome: CaseOutcome
    /// The duration, including setup and cleanup.
    public let duration: Duration

    /// The duration in seconds.
    var seconds: Double { duration / .seconds(1) }
}
