// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroConformanceTesting
import MicroHarnesses
import TestServers
import Testing

/// Every case against a real etcd, which is stopped, killed, halted, wiped and compacted on the way.
@Suite(.whereEtcdIs, .etcd, .serialized, .timeLimit(.minutes(10))) struct EtcdConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: RegistryCase.all)
    func contract(_ each: RegistryCase) async throws {
        let server = try #require(EtcdServer.current)
        await each.verify(against: try await EtcdHarnesses.harness(server))
    }
}

/// What an etcd with TLS and authentication makes of cases, and those that need one.
@Suite(.whereEtcdCanBeStarted, .serialized, .timeLimit(.minutes(5))) struct SecuredEtcdConformanceTests {
    private static let cases = RegistryCase.all.filter { testCase in
        !testCase.hooks.isDisjoint(with: [.tls, .wrongCredentials, .revocableCredentials])
            || ["R01", "R05", "R20", "R22", "R26", "R30", "R33", "R44", "R55"].contains(testCase.id)
    }

    @Test(.conformanceReport) func contract() async throws {
        let certificates = try await Certificates()
        let server = try await EtcdHarnesses.securedServer(certificates)
        try await server.start()
        for each in Self.cases {
            await each.verify(against: try await EtcdHarnesses.securedHarness(server, certificates))
        }
        await server.kill()
    }
}
