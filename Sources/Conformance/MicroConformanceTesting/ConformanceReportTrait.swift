// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import Synchronization
public import Testing

/// Prints the report as a table when all cases of a parameterized test have run. The test runner's summary counts them
/// as one test, and does not list the cases that were not claimed.
public struct ConformanceReportTrait: TestTrait, TestScoping {
    @TaskLocal static var collector: Collector?

    /// Provides a scope for the whole test, not for each case.
    public func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? { testCase == nil ? self : nil }

    /// Collects the results of all cases, and prints the table.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let collector = Collector()
        try await Self.$collector.withValue(collector) { try await function() }
        if let table = collector.table { print("\n\(table)\n") }
    }

    /// Collects results in any order.
    final class Collector: Sendable {
        private struct State {
            var harness: (any ConformanceHarness)?
            var results: [CaseResult] = []
        }

        private let state = Mutex(State())

        func add(_ result: CaseResult, _ harness: any ConformanceHarness) {
            state.withLock { state in
                state.harness = harness
                state.results.append(result)
            }
        }

        var table: String? {
            state.withLock { state in
                guard let harness = state.harness else { return nil }
                return ConformanceReport(harness, results: state.results.sorted { $0.id < $1.id }).table
            }
        }
    }
}

extension Trait where Self == ConformanceReportTrait {
    /// Prints the report as a table after a parameterized test over cases.
    public static var conformanceReport: Self { Self() }
}
