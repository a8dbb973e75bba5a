// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What came of one case, and how long it took.
public struct CaseResult: Sendable, Hashable {
    /// Such as `R01`.
    public let id: String
    /// Who is put to it.
    public let tier: Tier
    /// What an adapter must do.
    public let requirement: String
    /// What came of it.
    public let outcome: Outcome
    /// Setting up and cleaning up included.
    public let duration: Duration

    /// The duration in seconds.
    var seconds: Double { duration / .seconds(1) }
}

/// What came of a run: to be rendered as a table for people, as JSON, or as JUnit XML.
public struct ConformanceReport: Sendable {
    /// What was put to the test.
    public let subject: Subject
    /// What the adapter promises, by name.
    let bounds: [(name: String, value: String)]
    /// In the order in which they were run.
    public let results: [CaseResult]

    /// Creates a report of results that were collected one by one.
    public init(_ harness: any ConformanceHarness, results: [CaseResult]) {
        subject = harness.subject
        bounds = harness.bounds.namedValues
        self.results = results
    }

    /// Whether every claimed case passed, and there was one.
    public var isSuccess: Bool {
        results.contains { $0.outcome == .passed } && !results.contains { $0.outcome.isFailure }
    }

    /// How many results have an outcome of a name, such as `passed`.
    public func count(_ name: String) -> Int { results.count { $0.outcome.name == name } }

    /// How many of each, such as `31 passed, 0 failed, 2 notClaimed, 8 notRunnable, 0 knownFailing, 0 unexpectedPass`.
    public var counts: String { Self.outcomeNames.map { "\(count($0)) \($0)" }.joined(separator: ", ") }

    static let outcomeNames = ["passed", "failed", "notClaimed", "notRunnable", "knownFailing", "unexpectedPass"]
}
