// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore
import MicroHarnesses
import TestServers
import TestSupport
import Testing

/// Tests the broker cases that run against the memory broker: every case catches at least one mutant of it, and every mutant
/// fails its target cases.
@Suite(.timeLimit(.minutes(5)), .serialized) struct BrokerMutantTests {
    @Test func memoryCasesAndMutantsMatch() async throws {
        var runnable: [DeliveryGuarantee: Set<String>] = [:]
        for delivery in DeliveryGuarantee.allCases {
            let healthy = await BrokerRunner(Self.memory(nil, delivery)).run()
            let isHealthy = healthy.isSuccess
            #expect(isHealthy, "\(healthy.table)")
            runnable[delivery] = Set(healthy.results.filter { $0.outcome == .passed }.map(\.id))
        }
        var table = MutantTable<BrokerDefect>(cases: runnable.values.reduce([]) { $0.union($1) })
        let guarantees = runnable
        let defects = BrokerDefect.allCases.filter { !table.cases.isDisjoint(with: $0.targets) }
        await table.run(defects, concurrency: 4) { await Self.cases(failedBy: $0, among: $1, guarantees) }
        table.check()
    }

    /// One delivery guarantee is enough: defects of acknowledgements are visible only with at-least-once delivery.
    private static func cases(
        failedBy defect: BrokerDefect?, among targets: [String], _ runnable: [DeliveryGuarantee: Set<String>]
    ) async -> [String] {
        var found: [String] = []
        for delivery in DeliveryGuarantee.allCases {
            let rest = targets.filter { !found.contains($0) && runnable[delivery]?.contains($0) == true }
            guard !rest.isEmpty else { continue }
            let options = RunOptions(filter: rest.joined(separator: ","), caseTimeout: .seconds(5))
            found += await BrokerRunner(Self.memory(defect, delivery), options: options).run().results
                .filter(\.outcome.isFailure).map(\.id)
        }
        return found
    }

    private static func memory(_ defect: BrokerDefect?, _ delivery: DeliveryGuarantee) -> BrokerMutantHarness {
        BrokerMutantHarness(
            defect,
            of: MemoryBrokerHarness(
                delivery,
                bounds: BrokerBounds(
                    timeouts: .init(
                        delivery: .milliseconds(1500), acknowledgement: .milliseconds(200),
                        operation: .milliseconds(800), recovery: .seconds(3), halfOpen: .milliseconds(400),
                        observationWindow: .milliseconds(50)),
                    load: .init(messages: 300, subscriptions: 40))))
    }
}

/// Tests the broker cases that need a server, with mutants of the NATS broker.
@Suite(.faultRun, .requiresLocalNATS, .startsServers, .timeLimit(.minutes(10))) struct NATSFaultMutantTests {
    @Test func natsOnlyCasesCatchMutants() async throws {
        let cases = BrokerCase.all.filter { testCase in
            // A NATS publisher does not connect to subscribers.
            !testCase.hooks.subtracting([.peer]).isEmpty && !testCase.capabilities.contains("directDelivery")
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
        await table.run(cases) { defect, testCase in
            let base =
                testCase.capabilities.contains("acknowledgements")
                ? durable : testCase.hooks.isSubset(of: plain.hooks) ? plain : closed
            var bounds = base.bounds
            // Shorter waits than for a real adapter, because a mutant never does what the cases wait for.
            (bounds.timeouts.recovery, bounds.timeouts.halfOpen) = (.seconds(3), .seconds(3))
            return BrokerRunner(
                BrokerMutantHarness(defect, of: base, bounds: bounds), options: RunOptions(caseTimeout: .seconds(30)))
        }
        table.check()
        await server.end()
        await secured.end()
    }
}
