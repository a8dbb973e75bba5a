// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroConformanceTesting
import MicroCore
import TestServers
import TestSupport
import Testing

/// The broker cases without faults against core NATS.
@Suite(.requiresNATS, .nats, .serialized, .timeLimit(.minutes(10))) struct NATSConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: BrokerCase.functionalCases)
    func atMostOnce(_ each: BrokerCase) async throws {
        let server = try #require(NATSServer.current)
        await each.verify(against: try await NATSHarnesses.harness(server, .atMostOnce))
    }
}

/// The broker cases without faults against core NATS over WebSockets.
@Suite(.requiresNATS, .nats, .serialized, .timeLimit(.minutes(10))) struct NATSWebSocketConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: BrokerCase.functionalCases)
    func atMostOnceOverWebSocket(_ each: BrokerCase) async throws {
        let server = try #require(NATSServer.current)
        await each.verify(against: try await NATSHarnesses.harness(server, .atMostOnce, overWebSocket: true))
    }
}

/// The broker cases without faults against JetStream.
@Suite(.requiresNATS, .nats, .serialized, .timeLimit(.minutes(10))) struct NATSJetStreamConformanceTests {
    private let server: NATSServer

    init() throws { server = try #require(NATSServer.current) }

    @Test(.conformanceReport, .serialized, arguments: BrokerCase.promptCases)
    func atLeastOnce(_ each: BrokerCase) async throws {
        await each.verify(against: try await NATSHarnesses.harness(server, .atLeastOnce))
    }

    @Test(.conformanceReport) func atLeastOnceOfWaitingCases() async throws {
        try await BrokerCase.verifyWaitingCases { [server] each in
            await each.verify(against: try await NATSHarnesses.harness(server, .atLeastOnce))
        }
    }
}

/// The fault and stress cases against core NATS. Some stop, kill, pause and wipe it.
@Suite(.faultRun, .requiresNATS, .nats, .serialized, .timeLimit(.minutes(10)))
struct NATSFaultConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: BrokerCase.faultCases)
    func atMostOnce(_ each: BrokerCase) async throws {
        let server = try #require(NATSServer.current)
        await each.verify(against: try await NATSHarnesses.harness(server, .atMostOnce))
    }
}

/// The fault and stress cases against core NATS over WebSockets. Some stop, kill, pause and wipe it.
@Suite(.faultRun, .requiresNATS, .nats, .serialized, .timeLimit(.minutes(10)))
struct NATSWebSocketFaultConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: BrokerCase.faultCases)
    func atMostOnceOverWebSocket(_ each: BrokerCase) async throws {
        let server = try #require(NATSServer.current)
        await each.verify(against: try await NATSHarnesses.harness(server, .atMostOnce, overWebSocket: true))
    }
}

/// The fault and stress cases against JetStream. Some stop, kill, pause and wipe it.
@Suite(.faultRun, .requiresNATS, .nats, .serialized, .timeLimit(.minutes(10)))
struct NATSJetStreamFaultConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: BrokerCase.faultCases)
    func atLeastOnce(_ each: BrokerCase) async throws {
        let server = try #require(NATSServer.current)
        await each.verify(against: try await NATSHarnesses.harness(server, .atLeastOnce))
    }
}

/// All transport cases against NATS.
@Suite(.requiresNATS, .nats, .serialized, .timeLimit(.minutes(5))) struct NATSTransportConformanceTests {
    private let server: NATSServer

    init() throws { server = try #require(NATSServer.current) }

    @Test(.conformanceReport, .serialized, arguments: TransportCase.allPromptCases)
    func contract(_ each: TransportCase) async throws {
        await each.verify(against: try await NATSHarnesses.transportHarness(server))
    }

    @Test(.conformanceReport) func contractOfWaitingCases() async throws {
        try await TransportCase.verifyWaitingCases { [server] each in
            await each.verify(against: try await NATSHarnesses.transportHarness(server))
        }
    }
}

/// The cases that need TLS and credentials, and some others with TLS and credentials.
@Suite(.requiresLocalNATS, .startsServers, .timeLimit(.minutes(5))) struct SecuredNATSConformanceTests {
    @Test(.conformanceReport, arguments: DeliveryGuarantee.allCases) func contract(_ delivery: DeliveryGuarantee)
        async throws
    {
        let certificates = try await Certificates()
        let server = try await NATSHarnesses.securedServer(certificates)
        try await server.start()
        for each in BrokerCase.forSecuredBackends {
            await each.verify(against: try await NATSHarnesses.securedHarness(server, certificates, delivery))
        }
        await server.end()
    }
}

extension BrokerCase {
    /// The cases that need a backend with TLS and credentials, and some of all other kinds.
    static let forSecuredBackends = all.filter { each in
        ["B01", "B10", "B27", "B46", "B56"].contains(each.id)
            || !each.hooks.isDisjoint(with: [.tls, .wrongCredentials, .unprivilegedCredentials, .revocableCredentials])
    }
}
