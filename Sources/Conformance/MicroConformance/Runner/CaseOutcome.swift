// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The outcome of one case.
public enum CaseOutcome: Sendable, Hashable {
    /// The adapter meets the requirement.
    case passed
    /// The adapter does not meet the requirement; the text states why.
    case failed(String)
    /// The adapter does not claim the named capability, and refuses its use.
    case notClaimed(String)
    /// The harness lacks a feature that the case needs; the text names it.
    case notRunnable(String)
    /// The case failed, and is listed as failing or flaky; the text states why it failed.
    case knownFailing(String)
    /// The case passed although it is listed as failing. The list is outdated, which counts as a failure.
    case unexpectedPass

    /// The name of the outcome in reports, such as `passed`.
    public var name: String {
        switch self {
        case .passed: "passed"
        case .failed: "failed"
        case .notClaimed: "notClaimed"
        case .notRunnable: "notRunnable"
        case .knownFailing: "knownFailing"
        case .unexpectedPass: "unexpectedPass"
        }
    }

    /// The explanation of the outcome; empty for a pass. May have several lines.
    public var detail: String {
        switch self {
        case .passed: ""
        case .failed(let detail), .knownFailing(let detail): detail
        case .notClaimed(let capability): capability
        case .notRunnable(let reason): reason
        case .unexpectedPass: "it passed but is listed as failing: remove it from the list"
        }
    }

    /// Whether the outcome fails the run.
    public var isFailure: Bool {
        switch self {
        case .failed, .unexpectedPass: true
        case .passed, .notClaimed, .notRunnable, .knownFailing: false
        }
    }
}
