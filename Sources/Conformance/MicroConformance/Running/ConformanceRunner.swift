// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// Runs cases against an adapter, one after the other, and reports what came of each.
public struct ConformanceRunner<TestContext: ConformanceTestContext>: Sendable {
    /// What the cases are run against.
    public let harness: any ConformanceHarness

    private let options: RunOptions
    /// Sets up for a case, with a scope of its own.
    private let makeContext: @Sendable (_ scope: String) async throws -> TestContext

    init(
        _ harness: any ConformanceHarness, _ options: RunOptions,
        _ makeContext: @escaping @Sendable (_ scope: String) async throws -> TestContext
    ) {
        self.harness = harness
        self.options = options
        self.makeContext = makeContext
    }

    /// Runs the selected cases in the order of their IDs.
    ///
    /// - Parameters:
    ///   - cases: The cases to choose from; the whole catalogue by default.
    ///   - progress: Called before each case, with its number from 1 on and how many there are.
    ///   - finished: Called after each case.
    public func run(
        _ cases: [ConformanceCase<TestContext>] = TestContext.catalog,
        progress: (ConformanceCase<TestContext>, Int, Int) -> Void = { _, _, _ in },
        finished: (CaseResult) -> Void = { _ in }
    ) async -> ConformanceReport {
        let selected = cases.filter(options.selects)
        var results: [CaseResult] = []
        for (index, testCase) in selected.enumerated() {
            progress(testCase, index + 1, selected.count)
            let result = await run(testCase)
            finished(result)
            results.append(result)
        }
        return ConformanceReport(harness, results: results)
    }

    /// Runs one case, whatever the options select.
    public func run(_ testCase: ConformanceCase<TestContext>) async -> CaseResult {
        let started = ContinuousClock.now
        let outcome = await outcome(of: testCase)
        return CaseResult(
            id: testCase.id, tier: testCase.tier, requirement: testCase.requirement,
            outcome: options.adjusted(outcome, of: testCase.id), duration: ContinuousClock.now - started)
    }

    private func outcome(of testCase: ConformanceCase<TestContext>) async -> Outcome {
        let missing = testCase.actions.subtracting(harness.control?.actions ?? [])
        guard missing.isEmpty else {
            return .notRunnable("control: \(missing.map(\.rawValue).sorted().joined(separator: ", "))")
        }
        let hooks = testCase.hooks.subtracting(harness.hooks)
        guard hooks.isEmpty else {
            return .notRunnable("hook: \(hooks.map(\.rawValue).sorted().joined(separator: ", "))")
        }
        do {
            let context = try await withTimeout("setting up \(testCase.id)") {
                try await makeContext("\(testCase.id)-\(UUID().uuidString.prefix(13))")
            }
            let claims = context.claims
            if let capability = testCase.needs.first(where: { !claims.contains($0) }) {
                return await check(testCase.verifyUnsupported, testCase, context, else: .notClaimed(capability))
            }
            return await check(testCase.run, testCase, context, else: .passed)
        } catch {
            return .failed("the case could not be set up: \(error)")
        }
    }

    /// Runs a check and cleans up, each within its limit.
    private func check(
        _ body: (@Sendable (TestContext) async throws -> Void)?, _ testCase: ConformanceCase<TestContext>,
        _ context: TestContext,
        else success: Outcome
    ) async -> Outcome {
        var outcome = success
        do { try await withTimeout(testCase.id) { try await body?(context) } } catch let failure as ConformanceFailure {
            outcome = .failed(failure.description)
        } catch let missing as CaseNotRunnable {
            outcome = .notRunnable(missing.hook)
        } catch {
            outcome = .failed("it threw \(error)")
        }
        do {
            try await withTimeout("cleaning up after \(testCase.id)") {
                try await self.restore(testCase)
                try await context.cleanUp()
            }
        } catch {
            // It may be the closing that hangs.
            try? await withTimeout("closing") { await context.close() }
            if !outcome.isFailure { outcome = .failed("the clean-up failed: \(error)") }
        }
        return outcome
    }

    /// Leaves the backend running, whatever a case has done to it.
    private func restore(_ testCase: ConformanceCase<TestContext>) async throws {
        if testCase.actions.contains(.pause) { try await harness.control?.perform(.resume) }
        if !testCase.actions.isDisjoint(with: [.stop, .kill]) { try await harness.control?.perform(.start) }
    }

    private func withTimeout<Value: Sendable>(
        _ what: String, _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let limit = options.caseTimeout
        let late = MicroError(.deadlineExceeded, "\(what) did not end within \(limit) and was cut off")
        return try await withDeadline(.now + limit, orThrow: late, operation: operation)
    }
}

/// Runs the cases of the registry contract.
public typealias RegistryRunner = ConformanceRunner<RegistryTestContext>

extension RegistryRunner {
    /// Creates a runner for a registry adapter.
    public init(_ harness: any RegistryHarness, options: RunOptions = RunOptions()) {
        self.init(harness, options) { try await RegistryTestContext(harness: harness, namespace: $0) }
    }
}

/// Runs the cases of the broker contract.
public typealias BrokerRunner = ConformanceRunner<BrokerTestContext>

extension BrokerRunner {
    /// Creates a runner for a broker adapter.
    public init(_ harness: any BrokerHarness, options: RunOptions = RunOptions()) {
        self.init(harness, options) { try await BrokerTestContext(harness: harness, prefix: $0) }
    }
}

/// Runs the cases of the transport contract.
public typealias TransportRunner = ConformanceRunner<TransportTestContext>

extension TransportRunner {
    /// Creates a runner for a transport adapter.
    public init(_ harness: any TransportHarness, options: RunOptions = RunOptions()) {
        self.init(harness, options) { _ in try await TransportTestContext(harness: harness) }
    }
}
