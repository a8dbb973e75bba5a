// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import Testing

/// What a mutant of an adapter does wrong: one thing each, and as somebody's adapter did.
protocol MutantDefect: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// The cases that are there because of it.
    var targets: [String] { get }
}

/// Which cases have caught which mutants.
struct MutantTable<Defect: MutantDefect> {
    /// The cases that are to catch one.
    let cases: Set<String>
    private var caught: [String: Set<Defect>] = [:]
    private var count: Set<Defect> = []

    init(cases: Set<String>) { self.cases = cases }

    /// Takes what became of a mutant, and records an issue if one of the cases that are there for it let it pass.
    ///
    /// - Parameter targets: Those that it was put to; nil for all.
    mutating func record(_ defect: Defect, caughtBy found: [String], of targets: [String]? = nil) {
        for target in targets ?? defect.targets where cases.contains(target) {
            #expect(found.contains(target), "\(defect) is not caught by \(target), but by \(found)")
        }
        count.insert(defect)
        for id in found { caught[id, default: []].insert(defect) }
    }

    /// Puts the mutants that are there for them to some cases, one after the other.
    mutating func run<TestContext: ConformanceTestContext>(
        _ cases: [ConformanceCase<TestContext>],
        to makeRunner: (Defect, ConformanceCase<TestContext>) -> ConformanceRunner<TestContext>
    ) async {
        for testCase in cases {
            for defect in Defect.allCases where defect.targets.contains(testCase.id) {
                let result = await makeRunner(defect, testCase).run(testCase)
                record(defect, caughtBy: result.outcome.isFailure ? [testCase.id] : [], of: [testCase.id])
            }
        }
    }

    /// Prints a row for each case, those mutants first that it is there for; a case without one is an issue.
    func check() {
        for id in cases { #expect(caught[id] != nil, "\(id) has caught no mutant: can it fail at all?") }
        let rows = cases.sorted().map { id in
            let mutants = (caught[id] ?? []).sorted {
                ($0.targets.contains(id) ? 0 : 1, $0.rawValue) < ($1.targets.contains(id) ? 0 : 1, $1.rawValue)
            }
            return "\(id)  \(mutants.map(\.rawValue).joined(separator: ", "))"
        }
        print(
            "\ncase × mutants caught\n\(rows.joined(separator: "\n"))\n\(count.count) mutants, \(cases.count) cases\n")
    }
}
