// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore
import MicroHarnesses
import TestSupport
import Testing

/// Tests that each mutant which was written from a requirement fails a case of that requirement, and that each case without a
/// mutant of its own (``MutantDefect/targets``) is failed by one of these.
@Suite(.faultRun, .timeLimit(.minutes(runsEarlyCasesOnly ? 60 : 5)), .serialized) struct ContractMutantFaultTests {
    // Shorter waits than for a real adapter, because a mutant never does what the cases wait for.
    static let registryBounds = RegistryBounds(
        expiry: .init(timeToLive: .milliseconds(200), minTimeToLive: .milliseconds(10), slack: .milliseconds(300)),
        timeouts: .init(
            convergence: .milliseconds(300), operation: .milliseconds(500), recovery: .milliseconds(600),
            observationWindow: .milliseconds(30)),
        load: .init(changes: 300, services: 100))
    static let brokerBounds = BrokerBounds(
        timeouts: .init(
            delivery: .milliseconds(1500), acknowledgement: .milliseconds(200), operation: .milliseconds(800),
            recovery: .seconds(3), observationWindow: .milliseconds(50)), load: .init(messages: 300, subscriptions: 40))
    static let transportBounds = TransportBounds(
        timeouts: .init(
            response: .seconds(3), deadline: .milliseconds(400), recovery: .seconds(2),
            observationWindow: .milliseconds(50)), callCount: 200)

    /// The mutants that no case of their requirement detects in memory and with HTTP, with the reasons.
    private static let survivors = [
        "publishIgnoresCancellation": "publishing in memory does not wait; the cases detect it with NATS",
        "reportsOutageWithoutAddress": "memory has no address; the cases detect it with etcd and Consul",
        "dropsNodesOfOtherPrograms": "no other program writes to memory; the cases detect it with etcd and Consul",
        "storesAnotherFormat": "memory has no format; the cases detect it with etcd and Consul",
        "invalidResponsesAreEmpty": "memory sends no responses; the cases detect it with etcd and Consul",
    ]

    private static func survivors<Hooks>(among mutants: [ContractMutant<Hooks>]) -> Set<String> {
        Set(mutants.map(\.name)).intersection(survivors.keys)
    }

    private static let options = RunOptions(caseTimeout: .seconds(8))

    /// The cases that no mutant is tied to.
    private static func untied<TestContext, Defect: MutantDefect>(
        _ cases: [ConformanceCase<TestContext>], _: Defect.Type
    ) -> Set<String> {
        Set(cases.map(\.id)).subtracting(Defect.allCases.flatMap(\.targets))
    }

    @Test func registryMutantsFailTheirRequirements() async {
        typealias Run = ContractMutantRun<RegistryHooks, RegistryTestContext>
        let mutants = ContractMutant<RegistryHooks>.registry
        let memory = Run(cases: RegistryCase.all, options: Self.options, width: 4) { change, options in
            [
                RegistryRunner(
                    HookedRegistryHarness(MemoryRegistryHarness(bounds: Self.registryBounds), change), options: options)
            ]
        }
        await Run.check(
            mutants, by: [memory], survivors: Self.survivors(among: mutants),
            expected: Self.untied(RegistryCase.all, RegistryDefect.self))
    }

    @Test func brokerMutantsFailTheirRequirements() async {
        typealias Run = ContractMutantRun<BrokerHooks, BrokerTestContext>
        let mutants = ContractMutant<BrokerHooks>.broker
        let memory = Run(cases: BrokerCase.all, options: Self.options, width: 4) { change, options in
            DeliveryGuarantee.allCases.map { delivery in
                BrokerRunner(
                    HookedBrokerHarness(MemoryBrokerHarness(delivery, bounds: Self.brokerBounds), change),
                    options: options)
            }
        }
        let http = Run(cases: BrokerCase.sharingCases, options: Self.options, width: 4) { change, options in
            let harness = HTTPBrokerHarness(on: MemoryRegistryHarness(), bounds: Self.brokerBounds)
            return [BrokerRunner(HookedBrokerHarness(harness, change), options: options)]
        }
        await Run.check(
            mutants, by: [memory, http], survivors: Self.survivors(among: mutants),
            expected: Self.untied(BrokerCase.all, BrokerDefect.self))
    }

    @Test func transportMutantsFailTheirRequirements() async {
        typealias Run = ContractMutantRun<TransportHooks, TransportTestContext>
        let mutants = ContractMutant<TransportHooks>.transport
        let harnesses: [any TransportHarness] = [
            MemoryTransportHarness(bounds: Self.transportBounds), HTTPTransportHarness(bounds: Self.transportBounds),
        ]
        let runs = harnesses.map { harness in
            Run(cases: TransportCase.all, options: Self.options, width: 4) { change, options in
                [TransportRunner(HookedTransportHarness(harness, change), options: options)]
            }
        }
        await Run.check(
            mutants, by: runs, survivors: Self.survivors(among: mutants),
            // MicroTLSTests run T50, which needs certificates.
            expected: Self.untied(TransportCase.all, TransportDefect.self).subtracting(["T50"]))
    }
}
