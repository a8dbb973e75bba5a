// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import Testing

/// The single defect of a mutant of an adapter. Each defect was seen in a real adapter.
protocol MutantDefect: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// The cases that must detect the defect.
    var targets: [String] { get }
}

/// Records which cases have caught which mutants.
struct MutantTable<Defect: MutantDefect> {
    /// The cases that the mutants run against.
    let cases: Set<String>
    private var caught: [String: Set<Defect>] = [:]
    private var count: Set<Defect> = []

    init(cases: Set<String>) { self.cases = cases }

    /// Records the result of a mutant. A target case that did not catch it is an issue.
    ///
    /// - Parameter targets: The target cases that were run; nil for all.
    mutating func record(_ defect: Defect, caughtBy found: [String], of targets: [String]? = nil) {
        for target in targets ?? defect.targets where cases.contains(target) {
            #expect(found.contains(target), "\(defect) is not caught by \(target)")
        }
        count.insert(defect)
        for id in found { caught[id, default: []].insert(defect) }
    }

    /// Runs mutants concurrently, each against its target cases. A case that passes runs once more: a defect that depends on
    /// time may not show on a busy machine. If it fails then, it must pass without the defect.
    ///
    /// - Parameters:
    ///   - concurrency: The number of mutants that run at the same time.
    ///   - failedCases: Runs a mutant, or the adapter without a defect (nil), against cases, and returns the IDs of those
    ///     that it has failed.
    mutating func run(
        _ defects: [Defect], concurrency: Int,
        failedCases: @escaping @Sendable (Defect?, _ targets: [String]) async -> [String]
    ) async {
        let cases = cases
        await withTaskGroup(of: (Defect, [String]).self) { group in
            var waiting = defects[...]
            func startNext() {
                guard let defect = waiting.popFirst() else { return }
                group.addTask {
                    let targets = defect.targets.filter(cases.contains)
                    var failed = await failedCases(defect, targets)
                    let passed = targets.filter { !failed.contains($0) }
                    if !passed.isEmpty {
                        let late = await failedCases(defect, passed)
                        let failedWithoutDefect = late.isEmpty ? [] : await failedCases(nil, late)
                        failed += late.filter { !failedWithoutDefect.contains($0) }
                    }
                    return (defect, failed)
                }
            }
            for _ in 0..<concurrency { startNext() }
            for await (defect, found) in group {
                record(defect, caughtBy: found)
                startNext()
            }
        }
    }

    /// Runs cases one after another, each against the mutants that it must catch.
    mutating func run<TestContext: ConformanceTestContext>(
        _ cases: [ConformanceCase<TestContext>],
        with makeRunner: (Defect, ConformanceCase<TestContext>) -> ConformanceRunner<TestContext>
    ) async {
        for testCase in cases {
            for defect in Defect.allCases where defect.targets.contains(testCase.id) {
                let result = await makeRunner(defect, testCase).run(testCase)
                record(defect, caughtBy: result.outcome.isFailure ? [testCase.id] : [], of: [testCase.id])
            }
        }
    }

    /// Prints a row for each case. A case that should catch mutants and has caught none is an issue.
    ///
    /// The others are the targets of mutants that were written from the contract (``ContractMutantFaultTests``);
    /// `scripts/check-contract` requires that each case has a mutant of one kind.
    func check() {
        let targets = cases.intersection(Defect.allCases.flatMap(\.targets))
        for id in targets { #expect(caught[id] != nil, "\(id) has caught no mutant: can it fail at all?") }
        let rows = cases.sorted().map { id in
            let mutants = (caught[id] ?? []).map(\.rawValue).sorted()
            return "\(id)  \(mutants.joined(separator: ", "))"
        }
        print(
            "\ncase × mutants caught\n\(rows.joined(separator: "\n"))\n\(count.count) mutants, \(cases.count) cases\n")
    }
}
