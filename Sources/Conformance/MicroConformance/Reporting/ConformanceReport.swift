// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The outcomes of a run, which can be rendered as a table, as JSON or as JUnit XML.
public struct ConformanceReport: Sendable {
    /// The adapter and the backend under test.
    public let subject: TestSubject
    /// The bounds of the adapter, by name.
    let bounds: [(name: String, value: String)]
    /// The results in the order of the run.
    public let results: [CaseResult]

    /// Creates a report of results that were collected one by one.
    public init(_ harness: any ConformanceHarness, results: [CaseResult]) {
        subject = harness.subject
        bounds = harness.bounds.namedValues
        self.results = results
    }

    /// Whether no case failed and at least one passed.
    public var isSuccess: Bool {
        results.contains { $0.outcome == .passed } && !results.contains { $0.outcome.isFailure }
    }

    /// The number of results whose outcome has a name, such as `passed`.
    public func count(_ name: String) -> Int { results.count { $0.outcome.name == name } }

    /// The number of each outcome, such as
    /// `31 passed, 0 failed, 2 notClaimed, 8 notRunnable, 0 knownFailing, 0 unexpectedPass`.
    public var counts: String { Self.outcomeNames.map { "\(count($0)) \($0)" }.joined(separator: ", ") }

    static let outcomeNames = ["passed", "failed", "notClaimed", "notRunnable", "knownFailing", "unexpectedPass"]
}
