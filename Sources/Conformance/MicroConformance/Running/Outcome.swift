// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What came of one case.
public enum Outcome: Sendable, Hashable {
    /// The adapter does what it must.
    case passed
    /// It does not; the text says what is wrong.
    case failed(String)
    /// The adapter does not claim the capability, and refuses to be asked for it.
    case notClaimed(String)
    /// The harness lacks what the case needs: a hook.
    case notRunnable(String)
    /// It failed, and was expected to.
    case knownFailing(String)
    /// It passed and was expected to fail: the list of known failures is out of date. It counts as a failure.
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

    /// What there is to say about it; empty for a pass.
    public var detail: String {
        switch self {
        case .passed: ""
        case .failed(let detail), .knownFailing(let detail): detail
        case .notClaimed(let capability): capability
        case .notRunnable(let hook): hook
        case .unexpectedPass: "it passed, but is listed as failing: take it off the list"
        }
    }

    /// Whether the run as a whole fails because of it.
    public var isFailure: Bool {
        switch self {
        case .failed, .unexpectedPass: true
        case .passed, .notClaimed, .notRunnable, .knownFailing: false
        }
    }
}
