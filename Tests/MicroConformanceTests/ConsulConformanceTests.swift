// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroConformanceTesting
import MicroHarnesses
import Synchronization
import TestServers
import Testing

/// Every case against a real Consul, which is killed and wiped on the way.
@Suite(.whereConsulIs, .consul, .serialized, .timeLimit(.minutes(5))) struct ConsulConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: RegistryCase.all)
    func contract(_ each: RegistryCase) async throws {
        let server = try #require(ConsulServer.current)
        // An agent that was not started here is not ours to end.
        let control = ConsulServer.external == nil ? ConsulControl(server) : nil
        let harness = try await ConsulRegistryHarness(address: server.address, control: control)
        await each.verify(against: harness)
    }
}

/// What can be done to an agent that is a child process. It keeps nothing on disk: however it ends, it starts empty.
private final class ConsulControl: BackendControl {
    let actions = Set(BackendAction.allCases)
    private let server: ConsulServer
    private let isDown = Mutex(false)

    init(_ server: ConsulServer) { self.server = server }

    func perform(_ action: BackendAction) async throws {
        switch action {
        case .stop:
            await server.kill()
            isDown.withLock { $0 = true }
        case .start:
            // The kit starts what it has stopped, whether a case has done so or not.
            guard isDown.withLock(\.self) else { return }
            try await server.start()
            isDown.withLock { $0 = false }
        case .wipe:
            await server.kill()
            try await server.start()
        }
    }
}
