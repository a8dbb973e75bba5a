// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroConformanceTesting
import MicroHarnesses
import TestServers
import TestSupport
import Testing

// Each case has a registry of its own, because some of the cases with faults stop it.
@Suite(.timeLimit(.minutes(10))) struct HTTPBrokerConformanceTests {
    @Test(.conformanceReport, arguments: BrokerCase.functionalCases)
    func contract(_ each: BrokerCase) async {
        await each.verify(against: HTTPBrokerHarness(on: MemoryRegistryHarness()))
    }

    @Test(.conformanceReport, arguments: BrokerCase.faultCases)
    func contractWithFaults(_ each: BrokerCase) async {
        await each.verify(against: HTTPBrokerHarness(on: MemoryRegistryHarness()))
    }
}

/// The cases without faults with Consul as the registry.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(10))) struct HTTPBrokerOnConsulConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: BrokerCase.functionalCases)
    func contract(_ each: BrokerCase) async throws {
        let server = try #require(ConsulServer.current)
        await each.verify(against: HTTPBrokerHarness(on: try await ConsulHarnesses.harness(server)))
    }
}

/// The fault and stress cases with Consul as the registry. Some stop, kill, pause and isolate it.
@Suite(.faultRun, .requiresConsul, .consul, .serialized, .timeLimit(.minutes(10)))
struct HTTPBrokerOnConsulFaultConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: BrokerCase.faultCases)
    func contract(_ each: BrokerCase) async throws {
        let server = try #require(ConsulServer.current)
        await each.verify(against: HTTPBrokerHarness(on: try await ConsulHarnesses.harness(server)))
    }
}
