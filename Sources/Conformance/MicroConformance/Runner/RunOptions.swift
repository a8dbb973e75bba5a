// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Selects the cases of a run, and determines how their outcomes are evaluated.
public struct RunOptions: Sendable {
    /// Patterns of the IDs to run, separated by commas: `*` matches any characters, `?` matches one.
    public var filter: String
    /// The tiers to run.
    public var tiers: Set<CaseTier>
    /// The IDs of cases that are expected to fail. An unexpected pass fails the run.
    public var knownFailing: Set<String>
    /// The IDs of cases that may pass or fail.
    public var knownFlaky: Set<String>
    /// The time limit of one case, excluding cleanup. A case that exceeds it fails, and the run continues.
    public var caseTimeout: Duration

    /// Creates options; by default all cases run, with 480 s for each: on a loaded machine, RabbitMQ takes more than twelve
    /// seconds for each of the twenty restarts of a case.
    public init(
        filter: String = "*", tiers: Set<CaseTier> = Set(CaseTier.allCases), knownFailing: Set<String> = [],
        knownFlaky: Set<String> = [], caseTimeout: Duration = .seconds(480)
    ) {
        self.filter = filter
        self.tiers = tiers
        self.knownFailing = knownFailing
        self.knownFlaky = knownFlaky
        self.caseTimeout = caseTimeout
    }

    /// Parses a list of IDs: one per line, `#` starts a comment.
    public static func ids(in text: String) -> Set<String> {
        Set(
            text.split(whereSeparator: \.isNewline).compactMap { line in
                let id = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).first
                return id.map(String.init)
            })
    }

    /// Whether a case is selected.
    public func selects<TestContext>(_ testCase: ConformanceCase<TestContext>) -> Bool {
        tiers.contains(testCase.tier)
            && filter.split(separator: ",").contains { Self.matches(testCase.id[...], $0) }
    }

    private static func matches(_ text: Substring, _ pattern: Substring) -> Bool {
        switch (pattern.first, text.first) {
        case (nil, nil): true
        case ("*", _):
            matches(text, pattern.dropFirst()) || (!text.isEmpty && matches(text.dropFirst(), pattern))
        case (let expected?, let found?) where expected == found || expected == "?":
            matches(text.dropFirst(), pattern.dropFirst())
        default: false
        }
    }

    /// Applies the lists of known failures to an outcome.
    func adjusted(_ outcome: CaseOutcome, of id: String) -> CaseOutcome {
        switch outcome {
        case .failed(let detail) where knownFailing.contains(id) || knownFlaky.contains(id): .knownFailing(detail)
        case .passed where knownFailing.contains(id) && !knownFlaky.contains(id): .unexpectedPass
        default: outcome
        }
    }
}
