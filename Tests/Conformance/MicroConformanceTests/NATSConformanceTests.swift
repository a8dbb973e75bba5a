// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroConformanceTesting
import MicroCore
import TestServers
import Testing

/// All cases against NATS, which some stop, kill, pause and wipe: core NATS over TCP and over WebSockets, and JetStream.
@Suite(.requiresNATS, .nats, .serialized, .timeLimit(.minutes(15))) struct NATSConformanceTests {
    private let server: NATSServer

    init() throws { server = try #require(NATSServer.current) }

    @Test(.conformanceReport, .serialized, arguments: BrokerCase.all)
    func atMostOnce(_ each: BrokerCase) async throws {
        await each.verify(against: try await NATSHarnesses.harness(server, .atMostOnce))
    }

    @Test(.conformanceReport, .serialized, arguments: BrokerCase.all)
    func atMostOnceOverWebSocket(_ each: BrokerCase) async throws {
        await each.verify(against: try await NATSHarnesses.harness(server, .atMostOnce, overWebSocket: true))
    }

    @Test(.conformanceReport, .serialized, arguments: BrokerCase.all)
    func atLeastOnce(_ each: BrokerCase) async throws {
        await each.verify(against: try await NATSHarnesses.harness(server, .atLeastOnce))
    }
}

/// All transport cases against NATS.
@Suite(.requiresNATS, .nats, .serialized, .timeLimit(.minutes(5))) struct NATSTransportConformanceTests {
    private let server: NATSServer

    init() throws { server = try #require(NATSServer.current) }

    @Test(.conformanceReport, .serialized, arguments: TransportCase.all)
    func contract(_ each: TransportCase) async throws {
        await each.verify(against: try await NATSHarnesses.transportHarness(server))
    }
}

/// The cases that need TLS and credentials, and some others with TLS and credentials.
@Suite(.requiresLocalNATS, .serialized, .timeLimit(.minutes(5))) struct SecuredNATSConformanceTests {
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
