// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore
import MicroHarnesses
import Testing

/// The cases of the transport contract put to the test: every case that memory or HTTP can be put to fails a mutant, and
/// every mutant fails the cases that are there because of it.
@Suite(.timeLimit(.minutes(5)), .serialized) struct TransportMutantTests {
    /// What a mutant fails to do need not be waited for as long as for a real adapter.
    private static let bounds = TransportBounds(
        timeouts: .init(
            response: .seconds(3), deadline: .milliseconds(400), recovery: .seconds(2),
            observationWindow: .milliseconds(50)), callCount: 200)

    @Test func casesAndMutantsMatch() async throws {
        let memory = TransportMutantHarness(nil, of: MemoryTransportHarness(bounds: Self.bounds))
        let quick = await TransportRunner(memory).run().results
        let slow = await TransportRunner(
            TransportMutantHarness(nil, of: HTTPTransportHarness(bounds: Self.bounds)),
            options: RunOptions(filter: quick.filter { $0.outcome != .passed }.map(\.id).joined(separator: ","))
        ).run().results
        for result in quick + slow { #expect(!result.outcome.isFailure, "\(result)") }
        let inMemory = Set(quick.filter { $0.outcome == .passed }.map(\.id))
        let cases = inMemory.union(slow.filter { $0.outcome == .passed }.map(\.id))
        #expect(cases.count == 57, "only credentials need another harness")
        var table = MutantTable<TransportDefect>(cases: cases)
        await withTaskGroup(of: (TransportDefect, [String]).self) { group in
            var waiting = TransportDefect.allCases[...]
            func startNext() {
                guard let defect = waiting.popFirst() else { return }
                group.addTask { (defect, await Self.targetsFailed(by: defect, inMemory)) }
            }
            for _ in 0..<3 { startNext() }
            for await (defect, found) in group {
                table.record(defect, caughtBy: found)
                startNext()
            }
        }
        table.check()
    }

    private static func targetsFailed(by defect: TransportDefect, _ inMemory: Set<String>) async -> [String] {
        var found: [String] = []
        for id in defect.targets {
            let base: any TransportHarness =
                inMemory.contains(id) ? MemoryTransportHarness(bounds: bounds) : HTTPTransportHarness(bounds: bounds)
            let options = RunOptions(filter: id, caseTimeout: .seconds(8))
            let report = await TransportRunner(TransportMutantHarness(defect, of: base), options: options).run()
            found += report.results.filter(\.outcome.isFailure).map(\.id)
        }
        return found
    }
}
