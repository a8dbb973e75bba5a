// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import Testing

/// Whether to run all mutants against only those cases that were written before the requirements and the mutants. The share
/// that they detect shows what the later cases add. Such a run prints its result and expects nothing.
let runsEarlyCasesOnly = ProcessInfo.processInfo.environment["MICRO_CONTRACT_CASES"] == "early"

/// Runs mutants that were written from requirements against the cases of their requirements.
struct ContractMutantRun<Hooks: Sendable, TestContext: Sendable>: Sendable {
    typealias Change = @Sendable (inout Hooks) -> Void
    typealias MakeRunners = @Sendable (@escaping Change, RunOptions) async throws -> [ConformanceRunner<TestContext>]

    struct Result: Sendable {
        /// The mutants that no case has detected.
        var undetected: Set<String> = []
        /// The IDs of the cases that have detected a mutant.
        var detecting: Set<String> = []
        /// The cases that fail without a defect: what they have detected does not count.
        var failing: Set<String> = []
    }

    private let cases: [ConformanceCase<TestContext>]
    private let options: RunOptions
    private let width: Int
    private let makeRunners: MakeRunners

    /// - Parameters:
    ///   - width: The number of cases that run at the same time.
    ///   - makeRunners: Makes the runners for an adapter with changed hooks.
    init(
        cases: [ConformanceCase<TestContext>], options: RunOptions, width: Int, makeRunners: @escaping MakeRunners
    ) {
        var cases = cases
        if runsEarlyCasesOnly { cases.removeAll { !Self.isEarly($0.id) || $0.tier == .stress } }
        // Cases with much load come last: they delay the others.
        self.cases = cases.filter { $0.tier != .stress } + cases.filter { $0.tier == .stress }
        self.options = options
        self.width = width
        self.makeRunners = makeRunners
    }

    /// Whether a case was written before the requirements.
    private static func isEarly(_ id: String) -> Bool {
        let last: [Character: Int] = ["R": 92, "B": 71, "T": 67]
        guard let contract = id.first, let number = Int(id.dropFirst()), let limit = last[contract] else {
            return false
        }
        return number <= limit
    }

    /// Runs mutants; each of the later runs gets those that the runs before it have not detected. Records an issue for a
    /// mutant that none detects and that is not among the survivors, and for a case that fails without a defect.
    ///
    /// - Parameter expected: The cases that must detect a mutant of one of their requirements, each at least one: a case that
    ///   detects none in any of the runs is an issue.
    static func check(
        _ mutants: [ContractMutant<Hooks>], by runs: [Self], survivors: Set<String>, expected: Set<String> = []
    ) async {
        var (remaining, failing, idle) = (mutants, Set<String>(), expected)
        // A defect that depends on time may not show in the first runs. Mutants that may survive get no second ones.
        for (index, run) in (runs + runs).enumerated() {
            let mutants = index < runs.count ? remaining : remaining.filter { !survivors.contains($0.name) }
            guard !mutants.isEmpty else { continue }
            let result = await run.run(mutants)
            remaining.removeAll { !result.undetected.contains($0.name) }
            failing.formUnion(result.failing)
            idle.subtract(result.detecting)
        }
        print("\(mutants.count) mutants, not detected: \(remaining.map(\.name).sorted())")
        if runsEarlyCasesOnly { return print("failed without a defect: \(failing.sorted())") }
        for run in runs where !idle.isEmpty {
            let result = await run.run(idle, against: mutants)
            failing.formUnion(result.failing)
            idle.subtract(result.detecting)
        }
        #expect(Set(remaining.map(\.name)).subtracting(survivors).isEmpty, "the mutants that no case detects")
        #expect(failing.isEmpty, "the cases that fail without a defect")
        #expect(idle.isEmpty, "the cases that detect no mutant of their requirements: can they fail at all?")
    }

    /// Runs each mutant against the cases of its requirement, until one fails; then the cases that failed without a defect.
    func run(_ mutants: [ContractMutant<Hooks>]) async -> Result {
        var result = Result()
        for (mutant, failed) in await concurrently(mutants, { ($0, await failedCase($0)) }) {
            if let failed { result.detecting.insert(failed) } else { result.undetected.insert(mutant.name) }
        }
        await runControls(&result)
        return result
    }

    /// Runs cases against the mutants of their requirements, each until it fails; then those that failed without a defect.
    private func run(_ ids: Set<String>, against mutants: [ContractMutant<Hooks>]) async -> Result {
        var result = Result()
        let tested = cases.filter { ids.contains($0.id) }
        result.detecting = Set(
            await concurrently(tested) { testCase in
                for mutant in mutants where Self.proofs(of: mutant).contains(testCase.id) {
                    if await hasFailure(testCase, mutant.change) { return testCase.id }
                }
                return nil
            }.compactMap(\.self))
        await runControls(&result)
        return result
    }

    private static func proofs(of mutant: ContractMutant<Hooks>) -> [String] {
        ContractRequirement.all.first { $0.id == mutant.requirement }?.cases ?? []
    }

    private func runControls(_ result: inout Result) async {
        let controls = cases.filter { result.detecting.contains($0.id) }
        let suspects = Set(await concurrently(controls) { await hasFailure($0) { _ in } ? $0.id : nil })
        // A case that another one has delayed passes alone.
        for suspect in controls where suspects.contains(suspect.id) {
            if await hasFailure(suspect, { _ in }) { result.failing.insert(suspect.id) }
        }
    }

    private func failedCase(_ mutant: ContractMutant<Hooks>) async -> String? {
        let proofs = Self.proofs(of: mutant)
        let linked = cases.filter { proofs.contains($0.id) }
        let others = runsEarlyCasesOnly ? cases.filter { !proofs.contains($0.id) } : []
        for testCase in linked + others where await hasFailure(testCase, mutant.change) { return testCase.id }
        return nil
    }

    /// Whether a case fails with one of the runners.
    private func hasFailure(_ testCase: ConformanceCase<TestContext>, _ change: @escaping Change) async -> Bool {
        do {
            for runner in try await makeRunners(change, options) where await runner.run(testCase).outcome.isFailure {
                return true
            }
        } catch {
            Issue.record("the harness of \(testCase.id) cannot be made: \(error)")
        }
        return false
    }

    private func concurrently<Element: Sendable, Value: Sendable>(
        _ elements: [Element], _ body: @escaping @Sendable (Element) async -> Value
    ) async -> [Value] {
        await withTaskGroup(of: Value.self) { group in
            var waiting = elements[...]
            var values: [Value] = []
            for element in waiting.prefix(width) { group.addTask { await body(element) } }
            waiting = waiting.dropFirst(width)
            for await value in group {
                values.append(value)
                if let next = waiting.popFirst() { group.addTask { await body(next) } }
            }
            return values
        }
    }
}
