// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroConformanceTesting
import TestServers
import Testing

/// What takes longer with Consul than every test run may: `make soak`.
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
        for each in RegistryCase.faultCases { await each.verify(against: try await ConsulHarnesses.harness(server)) }
    }
}

/// What takes longer with etcd than every test run may: `make soak`.
@Suite(.soak, .requiresLocalEtcd, .etcd, .serialized, .timeLimit(.minutes(60))) struct EtcdSoakTests {
    @Test(.conformanceReport) func thousandServices() async throws {
        let server = try #require(EtcdServer.current)
        let harness = try await EtcdHarnesses.harness(server) { $0.load.services = 1000 }
        for each in RegistryCase.stressCases { await each.verify(against: harness, options: .soak) }
    }

    @Test(arguments: 1...10) func repeatedFaults(_ round: Int) async throws {
        let server = try #require(EtcdServer.current)
        for each in RegistryCase.faultCases { await each.verify(against: try await EtcdHarnesses.harness(server)) }
    }
}

extension RegistryCase {
    fileprivate static let stressCases = all.filter { $0.tier == .stress }
    /// Those in which something is done to the backend, or to the way there.
    fileprivate static let faultCases = all.filter { !$0.actions.isEmpty || $0.hooks.contains(.endpoint) }
}

extension RunOptions {
    fileprivate static let soak = RunOptions(caseTimeout: .seconds(900))
}

extension Trait where Self == ConditionTrait {
    /// Runs only where somebody has the time: `MICRO_SOAK=1`.
    static var soak: Self {
        .enabled(if: ProcessInfo.processInfo.environment["MICRO_SOAK"] != nil, "takes long: run it by make soak")
    }
}
