// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroConformanceTesting
import MicroCore
import MicroRabbitMQ
import TestServers
import TestSupport
import Testing

/// The broker cases without faults against RabbitMQ.
@Suite(.requiresRabbitMQ, .rabbitMQ, .serialized, .timeLimit(.minutes(10))) struct RabbitMQConformanceTests {
    private let server: RabbitMQServer

    init() throws { server = try #require(RabbitMQServer.current) }

    @Test(.conformanceReport, .serialized, arguments: BrokerCase.functionalCases)
    func atMostOnce(_ each: BrokerCase) async throws {
        await each.verify(against: try await RabbitMQHarnesses.harness(server, .atMostOnce))
    }

    @Test(.conformanceReport, .serialized, arguments: BrokerCase.promptCases)
    func atLeastOnce(_ each: BrokerCase) async throws {
        await each.verify(against: try await RabbitMQHarnesses.harness(server, .atLeastOnce))
    }

    @Test(.conformanceReport) func atLeastOnceOfWaitingCases() async throws {
        try await BrokerCase.verifyWaitingCases { [server] each in
            await each.verify(against: try await RabbitMQHarnesses.harness(server, .atLeastOnce))
        }
    }
}

/// The broker cases without faults against quorum queues.
@Suite(.faultRun, .requiresRabbitMQ, .rabbitMQ, .serialized, .timeLimit(.minutes(10)))
struct RabbitMQQuorumFaultConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: BrokerCase.functionalCases)
    func atLeastOnce(_ each: BrokerCase) async throws {
        let server = try #require(RabbitMQServer.current)
        await each.verify(against: try await RabbitMQHarnesses.harness(server, .atLeastOnce, .quorum))
    }
}

/// The fault and stress cases. Some stop, kill, pause and wipe the server.
@Suite(.faultRun, .requiresLocalRabbitMQ, .rabbitMQ, .serialized, .timeLimit(.minutes(20)))
struct RabbitMQFaultConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: BrokerCase.faultCases)
    func atMostOnce(_ each: BrokerCase) async throws {
        let server = try #require(RabbitMQServer.current)
        await each.verify(against: try await RabbitMQHarnesses.harness(server, .atMostOnce))
    }
}

/// The fault and stress cases against durable queues. Some stop, kill, pause and wipe the server.
@Suite(.faultRun, .requiresLocalRabbitMQ, .rabbitMQ, .serialized, .timeLimit(.minutes(20)))
struct RabbitMQDurableFaultConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: BrokerCase.faultCases)
    func atLeastOnce(_ each: BrokerCase) async throws {
        let server = try #require(RabbitMQServer.current)
        await each.verify(against: try await RabbitMQHarnesses.harness(server, .atLeastOnce))
    }
}

/// All transport cases.
@Suite(.requiresRabbitMQ, .rabbitMQ, .serialized, .timeLimit(.minutes(10))) struct RabbitMQTransportConformanceTests {
    private let server: RabbitMQServer

    init() throws { server = try #require(RabbitMQServer.current) }

    @Test(.conformanceReport, .serialized, arguments: TransportCase.allPromptCases)
    func contract(_ each: TransportCase) async throws {
        await each.verify(against: try await RabbitMQHarnesses.transportHarness(server))
    }

    @Test(.conformanceReport) func contractOfWaitingCases() async throws {
        try await TransportCase.verifyWaitingCases { [server] each in
            await each.verify(against: try await RabbitMQHarnesses.transportHarness(server))
        }
    }
}

/// The cases that need TLS and credentials, and some others with TLS and credentials.
@Suite(.faultRun, .requiresLocalRabbitMQ, .startsServers, .timeLimit(.minutes(10)))
struct SecuredRabbitMQFaultConformanceTests {
    @Test(.conformanceReport, arguments: DeliveryGuarantee.allCases) func contract(_ delivery: DeliveryGuarantee)
        async throws
    {
        let certificates = try await Certificates()
        let server = try await RabbitMQHarnesses.securedServer(certificates)
        try await server.start()
        for each in BrokerCase.forSecuredBackends {
            await each.verify(against: try await RabbitMQHarnesses.securedHarness(server, certificates, delivery))
        }
        await server.end()
    }

    @Test(.conformanceReport) func transportContract() async throws {
        let certificates = try await Certificates()
        let server = try await RabbitMQHarnesses.securedServer(certificates)
        try await server.start()
        for each in TransportCase.all where ["T01", "T07", "T25", "T34", "T50", "T62"].contains(each.id) {
            await each.verify(against: try await RabbitMQHarnesses.securedTransportHarness(server, certificates))
        }
        await server.end()
    }
}
