// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroConformanceTesting
import MicroConsul
import MicroHarnesses
import TestServers
import Testing

/// Every case against a real Consul, which is stopped, killed, halted and wiped on the way.
@Suite(.whereConsulIs, .consul, .serialized, .timeLimit(.minutes(10))) struct ConsulConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: RegistryCase.all)
    func contract(_ each: RegistryCase) async throws {
        let server = try #require(ConsulServer.current)
        var configuration = ConsulConfiguration()
        configuration.address = server.address
        configuration.longestWait = .seconds(3)
        // An agent that was not started here is not ours to end.
        let control = ConsulServer.external == nil ? ConsulControl(server) : nil
        await each.verify(against: try await ConsulRegistryHarness(configuration, control: control))
    }
}
