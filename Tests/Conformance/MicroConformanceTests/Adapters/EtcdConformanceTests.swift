// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroConformanceTesting
import TestServers
import TestSupport
import Testing

/// The cases without faults against etcd.
@Suite(.requiresEtcd, .etcd, .serialized, .timeLimit(.minutes(10))) struct EtcdConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: RegistryCase.promptCases)
    func contract(_ each: RegistryCase) async throws {
        let server = try #require(EtcdServer.current)
        await each.verify(against: try await EtcdHarnesses.harness(server))
    }

    @Test(.conformanceReport) func contractOfWaitingCases() async throws {
        let server = try #require(EtcdServer.current)
        try await RegistryCase.verifyWaitingCases { each in
            await each.verify(against: try await EtcdHarnesses.harness(server))
        }
    }
}

/// The fault and stress cases against etcd. Some stop, kill, pause, wipe and compact it.
@Suite(.faultRun, .requiresEtcd, .etcd, .serialized, .timeLimit(.minutes(10))) struct EtcdFaultConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: RegistryCase.faultCases)
    func contract(_ each: RegistryCase) async throws {
        let server = try #require(EtcdServer.current)
        await each.verify(against: try await EtcdHarnesses.harness(server))
    }
}

/// The cases that need TLS and credentials, and some others with TLS and credentials.
@Suite(.requiresLocalEtcd, .startsServers, .serialized, .timeLimit(.minutes(5))) struct SecuredEtcdConformanceTests {
    @Test(.conformanceReport) func contract() async throws {
        let certificates = try await Certificates()
        let server = try await EtcdHarnesses.securedServer(certificates)
        try await server.start()
        for each in RegistryCase.forSecuredBackends {
            await each.verify(against: try await EtcdHarnesses.securedHarness(server, certificates))
        }
        await server.kill()
    }
}
