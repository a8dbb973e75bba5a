// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroConformanceTesting
import TestServers
import TestSupport
import Testing

/// The cases without faults against Consul.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(10))) struct ConsulConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: RegistryCase.promptCases)
    func contract(_ each: RegistryCase) async throws {
        let server = try #require(ConsulServer.current)
        await each.verify(against: try await ConsulHarnesses.harness(server))
    }

    @Test(.conformanceReport) func contractOfWaitingCases() async throws {
        let server = try #require(ConsulServer.current)
        try await RegistryCase.verifyWaitingCases { each in
            await each.verify(against: try await ConsulHarnesses.harness(server))
        }
    }
}

/// The fault and stress cases against Consul. Some stop, kill, pause and wipe it.
@Suite(.faultRun, .requiresConsul, .consul, .serialized, .timeLimit(.minutes(10)))
struct ConsulFaultConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: RegistryCase.faultCases)
    func contract(_ each: RegistryCase) async throws {
        let server = try #require(ConsulServer.current)
        await each.verify(against: try await ConsulHarnesses.harness(server))
    }
}

/// The cases that need TLS and ACLs, and some others with TLS and ACLs.
@Suite(.requiresLocalConsul, .startsServers, .serialized, .timeLimit(.minutes(5))) struct SecuredConsulConformanceTests
{
    @Test(.conformanceReport) func contract() async throws {
        let certificates = try await Certificates()
        let server = try await ConsulHarnesses.securedServer(certificates)
        try await server.start()
        for each in RegistryCase.forSecuredBackends {
            await each.verify(against: try await ConsulHarnesses.securedHarness(server, certificates))
        }
        await server.kill()
    }
}

extension RegistryCase {
    /// The cases that need a backend with TLS and credentials, and some of all other kinds.
    static let forSecuredBackends = all.filter { testCase in
        !testCase.hooks.isDisjoint(with: [.tls, .wrongCredentials, .revocableCredentials])
            || ["R01", "R05", "R20", "R30", "R33", "R44", "R55", "R59"].contains(testCase.id)
    }
}
