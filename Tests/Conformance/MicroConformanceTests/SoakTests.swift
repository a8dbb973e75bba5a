// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroConformanceTesting
import TestServers
import Testing

/// What takes longer with Consul than every test run may: `make soak`.
@Suite(.soak, .whereConsulCanBeStarted, .consul, .serialized, .timeLimit(.minutes(60))) struct ConsulSoakTests {
    @Test(.conformanceReport) func aThousandServices() async throws {
        let server = try #require(ConsulServer.current)
        let harness = try await ConsulHarnesses.harness(server) { bounds in
            bounds.services = 1000
            bounds.heal = .seconds(60)
        }
        for each in RegistryCase.ofStress { await each.verify(against: harness, options: .soak) }
    }

    @Test(arguments: 1...10) func faultsAgainAndAgain(_ round: Int) async throws {
        let server = try #require(ConsulServer.current)
        for each in RegistryCase.ofFaults { await each.verify(against: try await ConsulHarnesses.harness(server)) }
    }
}

/// What takes longer with etcd than every test run may: `make soak`.
@Suite(.soak, .whereEtcdCanBeStarted, .etcd, .serialized, .timeLimit(.minutes(60))) struct EtcdSoakTests {
    @Test(.conformanceReport) func aThousandServices() async throws {
        let server = try #require(EtcdServer.current)
        let harness = try await EtcdHarnesses.harness(server) { $0.services = 1000 }
        for each in RegistryCase.ofStress { await each.verify(against: harness, options: .soak) }
    }

    @Test(arguments: 1...10) func faultsAgainAndAgain(_ round: Int) async throws {
        let server = try #require(EtcdServer.current)
        for each in RegistryCase.ofFaults { await each.verify(against: try await EtcdHarnesses.harness(server)) }
    }
}

extension RegistryCase {
    fileprivate static let ofStress = all.filter { $0.tier == .stress }
    /// Those in which something is done to the backend, or to the way there.
    fileprivate static let ofFaults = all.filter { !$0.actions.isEmpty || $0.hooks.contains(.entrance) }
}

extension RunOptions {
    fileprivate static let soak = RunOptions(caseLimit: .seconds(900))
}

extension Trait where Self == ConditionTrait {
    /// Runs only where somebody has the time: `MICRO_SOAK=1`.
    static var soak: Self {
        .enabled(if: ProcessInfo.processInfo.environment["MICRO_SOAK"] != nil, "takes long: run it by make soak")
    }
}
