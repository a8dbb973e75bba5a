// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import TestServers
import TestSupport
import Testing

/// The Consul agent that other tests start.
@Suite(.requiresLocalConsul, .consul, .serialized, .timeLimit(.minutes(2))) struct ConsulServerTests {
    private let server: ConsulServer

    init() throws { server = try #require(ConsulServer.current) }

    @Test func gracefulAgentStopCompletesBlockingQueries() async throws {
        async let waiting = server.request("/v1/kv/none?index=1&wait=60s")
        // The test cannot detect when the agent has received the request. A stop before that would make the test fail
        // rather than pass.
        #expect(await always(during: .milliseconds(500)) { server.processID != nil })
        try await server.stop()
        #expect(try await waiting.status == 404)
        #expect(server.processID == nil)
        try await server.start()
        #expect(try await server.request("/v1/status/leader").status == 200)
    }

    @Test func suspendedProcessRespondsAfterResume() async throws {
        server.signal(SIGSTOP)
        await #expect(throws: CurlError.self) { try await server.request("/v1/status/leader") }
        server.signal(SIGCONT)
        #expect(try await server.request("/v1/status/leader").status == 200)
    }
}
