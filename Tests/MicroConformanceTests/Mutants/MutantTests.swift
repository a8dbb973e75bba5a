// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import Testing

/// The kit put to the test: every case fails at least one mutant, every mutant fails the case that is there because of it.
@Suite(.timeLimit(.minutes(5))) struct MutantTests {
    @Test func everyCaseCatchesAMutantAndEveryMutantIsCaught() async throws {
        let healthy = await RegistryRunner(MutantHarness(nil)).run()
        #expect(healthy.isSuccess, "\(healthy.table)")

        var caught: [String: [Defect]] = [:]
        await withTaskGroup(of: (Defect, [String]).self) { group in
            var waiting = Defect.allCases[...]
            func startNext() {
                guard let defect = waiting.popFirst() else { return }
                group.addTask { (defect, await Self.casesFailed(by: defect)) }
            }
            for _ in 0..<6 { startNext() }
            for await (defect, cases) in group {
                #expect(cases.contains(defect.target), "\(defect) is not caught by \(defect.target), but by \(cases)")
                for id in cases { caught[id, default: []].append(defect) }
                startNext()
            }
        }
        for testCase in RegistryCase.all {
            #expect(caught[testCase.id] != nil, "\(testCase) has caught no mutant: can it fail at all?")
        }
        print(Self.table(caught))
    }

    private static func casesFailed(by defect: Defect) async -> [String] {
        // With one whose clients cannot be closed every case takes its limit, twice.
        let options =
            defect == .closeHangs
            ? RunOptions(filter: defect.target, caseLimit: .seconds(2)) : RunOptions(caseLimit: .seconds(10))
        return await RegistryRunner(MutantHarness(defect), options: options).run().results
            .filter(\.outcome.isFailure).map(\.id)
    }

    /// A row for each case: the mutants that it has caught, those that it is there for first.
    private static func table(_ caught: [String: [Defect]]) -> String {
        let rows = RegistryCase.all.map { testCase in
            let mutants = (caught[testCase.id] ?? [])
                .sorted {
                    ($0.target != testCase.id ? 1 : 0, $0.rawValue) < ($1.target != testCase.id ? 1 : 0, $1.rawValue)
                }
            return "\(testCase.id)  \(mutants.map(\.rawValue).joined(separator: ", "))"
        }
        return "\ncase × mutants caught\n\(rows.joined(separator: "\n"))\n"
            + "\(Defect.allCases.count) mutants, \(RegistryCase.all.count) cases\n"
    }
}
