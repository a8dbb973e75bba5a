// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroConformanceTesting
import TestServers
import Testing

/// Long runs with Consul: `make soak`.
@Suite(.soak, .requiresLocalConsul, .consul, .serialized, .timeLimit(.minutes(60))) struct ConsulSoakTests {
    @Test(.conformanceReport) func thousandServices() async throws {
        let server = try #require(ConsulServer.current)
        let harness = try await ConsulHarnesses.harness(server) { bounds in
            bounds.load.services = 1000
            bounds.timeouts.recovery = .seconds(60)
        }
        for each in RegistryCase.stressCases { await each.verify(against: harness, options: .soak) }
    }

    @Test(arguments: 1...10) func repeatedFaults(_ round: Int) async throws {
        let server = try #require(ConsulServer.current)
        for each in RegistryCase.soakCases { await each.verify(against: try await ConsulHarnesses.harness(server)) }
    }
}

/// Long runs with etcd: `make soak`.
@Suite(.soak, .requiresLocalEtcd, .etcd, .serialized, .timeLimit(.minutes(60))) struct EtcdSoakTests {
    @Test(.conformanceReport) func thousandServices() async throws {
        let server = try #require(EtcdServer.current)
        let harness = try await EtcdHarnesses.harness(server) { $0.load.services = 1000 }
        for each in RegistryCase.stressCases { await each.verify(against: harness, options: .soak) }
    }

    @Test(arguments: 1...10) func repeatedFaults(_ round: Int) async throws {
        let server = try #require(EtcdServer.current)
        for each in RegistryCase.soakCases { await each.verify(against: try await EtcdHarnesses.harness(server)) }
    }
}

extension RegistryCase {
    fileprivate static let stressCases = all.filter { $0.tier == .stress }
    /// The cases that control the backend or the network path to it.
    fileprivate static let soakCases = all.filter { !$0.actions.isEmpty || $0.hooks.contains(.endpoint) }
}

extension RunOptions {
    fileprivate static let soak = RunOptions(caseTimeout: .seconds(900))
}

extension Trait where Self == ConditionTrait {
    /// Enables tests if `MICRO_SOAK` is set.
    static var soak: Self {
        .enabled(if: ProcessInfo.processInfo.environment["MICRO_SOAK"] != nil, "takes about an hour: run make soak")
    }
}
