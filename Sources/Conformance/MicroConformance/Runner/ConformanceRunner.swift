// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// Runs cases against an adapter, one after another, and reports the outcome of each.
public struct ConformanceRunner<TestContext: Sendable>: Sendable {
    /// The adapter under test.
    public let harness: any ConformanceHarness

    private let options: RunOptions
    private let lifecycle: TestContextLifecycle<TestContext>
    private let catalog: [ConformanceCase<TestContext>]

    init(
        _ harness: any ConformanceHarness, _ options: RunOptions, _ lifecycle: TestContextLifecycle<TestContext>,
        catalog: [ConformanceCase<TestContext>]
    ) {
        self.harness = harness
        self.options = options
        self.lifecycle = lifecycle
        self.catalog = catalog
    }

    /// Runs the selected cases in the given order.
    ///
    /// - Parameters:
    ///   - cases: The cases to select from; nil for all cases of the contract, in the order of their IDs.
    ///   - progress: Called before each case, with its number, starting at 1, and the number of cases.
    ///   - finished: Called after each case.
    public func run(
        _ cases: [ConformanceCase<TestContext>]? = nil,
        progress: (ConformanceCase<TestContext>, Int, Int) -> Void = { _, _, _ in },
        finished: (CaseResult) -> Void = { _ in }
    ) async -> ConformanceReport {
        let selected = (cases ?? catalog).filter(options.selects)
        var results: [CaseResult] = []
        for (index, testCase) in selected.enumerated() {
            progress(testCase, index + 1, selected.count)
            let result = await run(testCase)
            finished(result)
            results.append(result)
        }
        return ConformanceReport(harness, results: results)
    }

    /// Runs one case, regardless of the selection.
    public func run(_ testCase: ConformanceCase<TestContext>) async -> CaseResult {
        let started = ContinuousClock.now
        let outcome = await outcome(of: testCase)
        return CaseResult(
            id: testCase.id, tier: testCase.tier, requirement: testCase.requirement,
            outcome: options.adjusted(outcome, of: testCase.id), duration: ContinuousClock.now - started)
    }

    private func outcome(of testCase: ConformanceCase<TestContext>) async -> CaseOutcome {
        let actions = testCase.actions.subtracting(harness.control?.actions ?? [])
        guard actions.isEmpty else { return .notRunnable(CaseNotRunnable(missing: actions).reason) }
        let hooks = testCase.hooks.subtracting(harness.hooks)
        guard hooks.isEmpty else { return .notRunnable(CaseNotRunnable(missing: hooks).reason) }
        do {
            let context = try await withTimeout("setting up \(testCase.id)") {
                try await lifecycle.makeContext("\(testCase.id)-\(UUID().uuidString.prefix(13))")
            }
            let claims = lifecycle.claims(context)
            if let capability = testCase.capabilities.first(where: { !claims.contains($0) }) {
                return await check(testCase.verifyUnsupported, testCase, context, else: .notClaimed(capability))
            }
            return await check(testCase.run, testCase, context, else: .passed)
        } catch {
            return .failed("setting up the case failed: \(error)")
        }
    }

    /// Runs a check and cleans up, each within the time limit.
    private func check(
        _ body: (@Sendable (TestContext) async throws -> Void)?, _ testCase: ConformanceCase<TestContext>,
        _ context: TestContext, else success: CaseOutcome
    ) async -> CaseOutcome {
        var outcome = success
        do { try await withTimeout(testCase.id) { try await body?(context) } } catch let failure as ConformanceFailure {
            outcome = .failed(failure.description)
        } catch let missing as CaseNotRunnable {
            outcome = .notRunnable(missing.reason)
        } catch {
            outcome = .failed("unexpected error: \(error)")
        }
        do {
            try await withTimeout("cleaning up after \(testCase.id)") {
                try await self.restoreBackend(after: testCase)
                try await lifecycle.cleanUp(context)
            }
        } catch {
            // The step that does not end may be the closing of the clients.
            try? await withTimeout("closing the clients") { await lifecycle.close(context) }
            if !outcome.isFailure { outcome = .failed("cleaning up failed: \(error)") }
        }
        return outcome
    }

    /// Leaves the backend running after a case that may have stopped or paused it.
    private func restoreBackend(after testCase: ConformanceCase<TestContext>) async throws {
        if testCase.actions.contains(.pause) { try await harness.control?.perform(.resume) }
        if !testCase.actions.isDisjoint(with: [.stop, .kill]) { try await harness.control?.perform(.start) }
    }

    private func withTimeout<Value: Sendable>(
        _ step: String, _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let limit = options.caseTimeout
        let timeoutError = MicroError(.deadlineExceeded, "\(step) did not end within \(limit) and was cancelled")
        return try await withDeadline(.now + limit, orThrow: timeoutError, operation: operation)
    }
}
