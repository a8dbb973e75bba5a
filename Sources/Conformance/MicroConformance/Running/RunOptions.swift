// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Which cases are run, and how their outcomes are judged.
public struct RunOptions: Sendable {
    /// Only cases whose ID matches: `*` stands for any characters, `?` for one; several patterns separated by commas.
    public var filter: String
    /// Only cases of these tiers.
    public var tiers: Set<Tier>
    /// IDs that are expected to fail.
    public var knownFailing: Set<String>
    /// IDs that may fail or pass.
    public var knownFlaky: Set<String>
    /// How long one case may take, clean-up apart. One that hangs is cut off, and the run goes on.
    public var caseTimeout: Duration

    /// Creates options; by default all cases, 120 s for each.
    public init(
        filter: String = "*", tiers: Set<Tier> = Set(Tier.allCases), knownFailing: Set<String> = [],
        knownFlaky: Set<String> = [], caseTimeout: Duration = .seconds(120)
    ) {
        self.filter = filter
        self.tiers = tiers
        self.knownFailing = knownFailing
        self.knownFlaky = knownFlaky
        self.caseTimeout = caseTimeout
    }

    /// The IDs in the text of a list: one in each line, `#` begins a comment.
    public static func ids(in text: String) -> Set<String> {
        Set(
            text.split(whereSeparator: \.isNewline).compactMap { line in
                let id = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).first
                return id.map(String.init)
            })
    }

    /// Whether a case is to be run.
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

    /// The outcome as the lists of known ones make it.
    func adjusted(_ outcome: Outcome, of id: String) -> Outcome {
        switch outcome {
        case .failed(let detail) where knownFailing.contains(id) || knownFlaky.contains(id): .knownFailing(detail)
        case .passed where knownFailing.contains(id) && !knownFlaky.contains(id): .unexpectedPass
        default: outcome
        }
    }
}
