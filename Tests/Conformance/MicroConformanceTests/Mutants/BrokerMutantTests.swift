// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore
import MicroHarnesses
import TestServers
import Testing

/// The cases of the broker contract put to the test: every case that memory can be put to fails a mutant of the memory
/// broker, and every mutant fails the cases that are there because of it.
@Suite(.timeLimit(.minutes(5)), .serialized) struct BrokerMutantTests {
    @Test func everyCaseForMemoryCatchesAMutantAndEveryMutantIsCaught() async throws {
        var runnable: [DeliveryClass: Set<String>] = [:]
        for delivery in DeliveryClass.allCases {
            let healthy = await BrokerRunner(Self.memory(nil, delivery)).run()
            #expect(healthy.isSuccess, "\(healthy.table)")
            runnable[delivery] = Set(healthy.results.filter { $0.outcome == .passed }.map(\.id))
        }
        var table = MutantTable<BrokerDefect>(cases: runnable.values.reduce([]) { $0.union($1) })
        let classes = runnable
        await withTaskGroup(of: (BrokerDefect, [String]).self) { group in
            var waiting = BrokerDefect.allCases.filter { !table.cases.isDisjoint(with: $0.targets) }[...]
            func startNext() {
                guard let defect = waiting.popFirst() else { return }
                group.addTask { (defect, await Self.targetsFailed(by: defect, classes)) }
            }
            for _ in 0..<4 { startNext() }
            for await (defect, found) in group {
                table.note(defect, caughtBy: found)
                startNext()
            }
        }
        table.check()
    }

    /// With one class is enough: what is about acknowledgements shows only at least once.
    private static func targetsFailed(
        by defect: BrokerDefect, _ runnable: [DeliveryClass: Set<String>]
    ) async -> [String] {
        var found: [String] = []
        for delivery in DeliveryClass.allCases {
            let rest = defect.targets.filter { !found.contains($0) && runnable[delivery]?.contains($0) == true }
            guard !rest.isEmpty else { continue }
            let options = RunOptions(filter: rest.joined(separator: ","), caseLimit: .seconds(5))
            found += await BrokerRunner(Self.memory(defect, delivery), options: options).run().results
                .filter(\.outcome.isFailure).map(\.id)
        }
        return found
    }

    @Test(.whereNATSCanBeStarted) func everyOtherCaseCatchesAMutantOfTheNATSBroker() async throws {
        let cases = BrokerCase.all.filter { testCase in
            // Publishers of NATS bring nothing to subscribers themselves.
            !testCase.hooks.subtracting([.peer]).isEmpty && !testCase.needs.contains("directDelivery")
                || testCase.actions.contains(.pause)
        }
        let certificates = try await Certificates()
        let (server, secured) = (try NATSServer(), try await NATSHarnesses.securedServer(certificates))
        try await server.start()
        try await secured.start()
        let plain = try await NATSHarnesses.harness(server, .atMostOnce)
        let durable = try await NATSHarnesses.harness(server, .atLeastOnce)
        let closed = try await NATSHarnesses.securedHarness(secured, certificates, .atMostOnce)
        var table = MutantTable<BrokerDefect>(cases: Set(cases.map(\.id)))
        await table.put(cases) { defect, testCase in
            let base =
                testCase.needs.contains("acknowledgements")
                ? durable : testCase.hooks.isSubset(of: plain.hooks) ? plain : closed
            var bounds = base.bounds
            // What a mutant fails to do need not be waited for as long as for a real adapter.
            (bounds.heal, bounds.halfOpen) = (.seconds(3), .seconds(3))
            return BrokerRunner(
                BrokerMutantHarness(defect, of: base, bounds: bounds), options: RunOptions(caseLimit: .seconds(30)))
        }
        table.check()
        await server.end()
        await secured.end()
    }

    private static func memory(_ defect: BrokerDefect?, _ delivery: DeliveryClass) -> BrokerMutantHarness {
        BrokerMutantHarness(
            defect,
            of: MemoryBrokerHarness(
                delivery,
                bounds: BrokerBounds(
                    delivery: .milliseconds(1500), acknowledgeWait: .milliseconds(200), heal: .seconds(3),
                    operation: .milliseconds(800), quiet: .milliseconds(50), messages: 300, subscriptions: 40)))
    }
}
