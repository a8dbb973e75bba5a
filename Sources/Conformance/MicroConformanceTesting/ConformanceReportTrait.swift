// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import Synchronization
public import Testing

/// Prints the kit's table when all cases of a parameterised test have run: the runner's own summary counts the test as
/// one, and does not know what was not claimed.
public struct ConformanceReportTrait: TestTrait, TestScoping {
    @TaskLocal static var collector: Collector?

    /// Once for the whole test, not for each case.
    public func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? { testCase == nil ? self : nil }

    /// Collects the results of all cases, and prints the table.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let collector = Collector()
        try await Self.$collector.withValue(collector) { try await function() }
        if let table = collector.table { print("\n\(table)\n") }
    }

    /// The results of the cases, in whatever order they end.
    final class Collector: Sendable {
        private let content = Mutex<(harness: (any ConformanceHarness)?, results: [CaseResult])>((nil, []))

        func add(_ result: CaseResult, _ harness: any ConformanceHarness) {
            content.withLock { content in
                content.harness = harness
                content.results.append(result)
            }
        }

        var table: String? {
            content.withLock { content in
                guard let harness = content.harness else { return nil }
                return ConformanceReport(harness, results: content.results.sorted { $0.id < $1.id }).table
            }
        }
    }
}

extension Trait where Self == ConformanceReportTrait {
    /// Prints the kit's table at the end of a test over cases.
    public static var conformanceReport: Self { Self() }
}
