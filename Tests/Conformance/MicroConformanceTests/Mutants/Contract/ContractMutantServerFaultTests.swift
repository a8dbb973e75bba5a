// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore
import MicroHarnesses
import TestServers
import TestSupport
import Testing

/// The mutants that no case of their requirement detects with a server, since they do not change what it does. All are
/// detected with other adapters.
private enum ServerSurvivors {
    private static let registries: Set<String> = [
        // Cases that share a server do not count its watches and leases.
        "keepsReleasedWatches", "deregisteredNodesKeepALease",
        // The case with many concurrent operations, R17, puts load on the server.
        "overtakesOlderOperations",
    ]
    // etcd raises the shortened time to live to its minimum, which is longer than the time between heartbeats.
    static let etcd = registries.union(["refreshesWithHalfTheTimeToLive"])
    static let consul = registries.union([
        // Consul does not claim `readYourWrites` and `linearizableReads`.
        "lookUpReturnsCacheForASecond", "linearizableReadsAreCached",
        // Consul hides an expired instance up to 0.1 s late, so that the node is absent too briefly between two heartbeats:
        // the cases detect it in some runs only.
        "refreshesWithHalfTheTimeToLive",
    ])
    static let natsBroker: Set<String> = [
        // Its cases put load on the server.
        "publishesEveryFiftiethTwice",
        // Their cases stop or kill the server, or count what it holds.
        "alwaysReportsAProblem", "reportsNoProblems", "failedMessagesAreSentLater", "publishingInAnOutageSucceeds",
        "subscriptionsEndAtARestart", "losesThreeMessagesAtARestart", "cancelledSubscriptionsStay",
        // NATS has wildcards, and no direct delivery.
        "ignoresPatternWithoutWildcards", "failedDirectDeliveriesSucceed",
    ]
    static let brokerTransports: Set<String> = [
        // They do not claim repeated headers.
        "reversesRepeatedHeaders", "keepsFirstOfRepeatedResponseHeaders",
        // A listener gets a subject or a queue, whatever the port is.
        "bindReturnsAnotherPort", "listenersReportNoPort",
        // A listener refuses calls as soon as its transport begins to close.
        "closeReturnsImmediately",
        // The server or the configuration sets the maximum size.
        "sizesOfServersAreUnavailable",
        // Clients and listeners are connected to the server, not to each other: cases with peers that send raw bytes or
        // break a connection are not runnable, and the others do not detect these defects.
        "brokenStreamsEndNormally", "connectsFiveTimes", "invalidResponsesAreEmpty", "slowResponsesTimeOut",
        "usesAConnectionForEachCall",
    ]
}

private let options = RunOptions(caseTimeout: .seconds(25))

/// Tests that cases also detect the mutants of the contract when the mutants wrap the adapters of etcd and Consul.
@Suite(.faultRun, .startsServers, .serialized, .timeLimit(.minutes(5))) struct ContractMutantRegistryServerFaultTests {
    private typealias Run = ContractMutantRun<RegistryHooks, RegistryTestContext>

    /// Shorter waits than for the adapter, because a mutant never does what the cases wait for.
    @Sendable private static func shorten(_ bounds: inout RegistryBounds) {
        bounds.timeouts.convergence = .milliseconds(800)
        bounds.timeouts.recovery = .seconds(3)
        bounds.timeouts.observationWindow = .milliseconds(200)
        bounds.load.changes = 200
    }

    private static func check(_ harness: any RegistryHarness, survivors: Set<String>) async {
        // Cases at the same time share the server. R40 waits for the detection of a dead connection.
        let sharing = RegistryCase.sharingCases.filter { $0.id != "R40" }
        let together = Run(cases: sharing, options: options, width: 8) { change, options in
            [RegistryRunner(HookedRegistryHarness(harness, isShared: true, change), options: options)]
        }
        // One after the other, cases may stop the server.
        let controlling = RegistryCase.all.filter { !$0.actions.isEmpty && $0.tier != .stress }
        let alone = Run(cases: controlling, options: options, width: 1) { change, options in
            [RegistryRunner(HookedRegistryHarness(harness, change), options: options)]
        }
        await Run.check(ContractMutant<RegistryHooks>.registry, by: [together, alone], survivors: survivors)
    }

    @Test(.requiresLocalEtcd) func etcdMutantsFailTheirRequirements() async throws {
        let server = try EtcdServer()
        try await server.start()
        await Self.check(try await EtcdHarnesses.harness(server, Self.shorten), survivors: ServerSurvivors.etcd)
        await server.kill()
    }

    @Test(.requiresLocalConsul) func consulMutantsFailTheirRequirements() async throws {
        let server = try ConsulServer()
        try await server.start()
        await Self.check(try await ConsulHarnesses.harness(server, Self.shorten), survivors: ServerSurvivors.consul)
        await server.kill()
    }
}

/// Tests that cases also detect the mutants of the contract when the mutants wrap the adapters of NATS.
@Suite(.faultRun, .requiresLocalNATS, .startsServers, .serialized, .timeLimit(.minutes(5)))
struct ContractMutantNATSFaultTests {
    @Test func brokerMutantsFailTheirRequirements() async throws {
        let server = try NATSServer()
        try await server.start()
        typealias Run = ContractMutantRun<BrokerHooks, BrokerTestContext>
        let run = Run(cases: BrokerCase.sharingCases, options: options, width: 8) { change, options in
            var runners: [BrokerRunner] = []
            for delivery in DeliveryGuarantee.allCases {
                // Each has its own stream.
                let harness = try await NATSHarnesses.harness(server, delivery) { bounds in
                    bounds.timeouts.delivery = .seconds(2)
                    bounds.timeouts.recovery = .seconds(4)
                    bounds.timeouts.observationWindow = .milliseconds(200)
                }
                runners.append(BrokerRunner(HookedBrokerHarness(harness, isShared: true, change), options: options))
            }
            return runners
        }
        await Run.check(ContractMutant<BrokerHooks>.broker, by: [run], survivors: ServerSurvivors.natsBroker)
        await server.end()
    }

    @Test func transportMutantsFailTheirRequirements() async throws {
        let server = try NATSServer()
        try await server.start()
        let harness = try await NATSHarnesses.transportHarness(server)
        typealias Run = ContractMutantRun<TransportHooks, TransportTestContext>
        let run = Run(cases: TransportCase.sharingCases, options: options, width: 8) { change, options in
            [TransportRunner(HookedTransportHarness(harness, change), options: options)]
        }
        await Run.check(
            ContractMutant<TransportHooks>.transport, by: [run], survivors: ServerSurvivors.brokerTransports)
        await server.end()
    }
}

/// Tests that cases detect the mutants of the contract also when they wrap the adapters of RabbitMQ.
@Suite(.faultRun, .requiresLocalRabbitMQ, .startsServers, .serialized, .timeLimit(.minutes(10)))
struct ContractMutantRabbitMQFaultTests {
    @Test func transportMutantsFailTheirRequirements() async throws {
        let server = try RabbitMQServer()
        try await server.start()
        let harness = try await RabbitMQHarnesses.transportHarness(server)
        typealias Run = ContractMutantRun<TransportHooks, TransportTestContext>
        let run = Run(cases: TransportCase.sharingCases, options: options, width: 8) { change, options in
            [TransportRunner(HookedTransportHarness(harness, change), options: options)]
        }
        await Run.check(
            ContractMutant<TransportHooks>.transport, by: [run], survivors: ServerSurvivors.brokerTransports)
        await server.end()
    }
}
