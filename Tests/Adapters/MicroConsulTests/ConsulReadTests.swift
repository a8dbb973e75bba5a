// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConsul
import MicroCore
import TestServers
import TestSupport
import Testing

/// The query parameters of reads: consistency and datacenter.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(1))) struct ConsulReadTests {
    private let server: ConsulServer
    private let relay: HTTPRelay
    private let name = uniqueName()

    init() throws {
        server = try #require(ConsulServer.current)
        relay = try HTTPRelay(to: try #require(Int(server.address.split(separator: ":")[1])))
    }

    @Test(arguments: ConsulConfiguration.Consistency.allCases, [nil, "dc1"])
    func readsSendConsistencyAndDatacenter(_ consistency: ConsulConfiguration.Consistency, _ datacenter: String?)
        async throws
    {
        defer { relay.stop() }
        try await withConsul(
            makeConfiguration(relay.address) {
                $0.consistency = consistency
                $0.datacenter = datacenter
            }
        ) { registry in
            try await registry.register(record(name), timeToLive: .seconds(30))
            #expect(try await eventually { try await registry.lookUp(name) == [record(name)] })
            #expect(try await eventually { try await registry.list().contains(name) })
            for scope in [name, nil] {
                let watch = try registry.watch(scope)
                for await state in watch where state[name] == [record(name)] { break }
            }
            try await registry.deregister(record(name))
        }
        for request in relay.requests {
            let parameters = request.split(separator: "?").dropFirst().flatMap { $0.split(separator: "&") }
            // Reads of the agent's own instances take no parameters.
            let isRead = request.hasPrefix("GET ") && !request.hasPrefix("GET /v1/agent/")
            #expect(parameters.contains("stale") == (isRead && consistency == .stale), "\(request)")
            #expect(parameters.contains("consistent") == (isRead && consistency == .consistent), "\(request)")
            #expect(parameters.contains("dc=dc1") == (isRead && datacenter != nil), "\(request)")
        }
    }

    @Test func unknownDatacenterIsAnError() async throws {
        defer { relay.stop() }
        try await withConsul(makeConfiguration(relay.address) { $0.datacenter = "elsewhere" }) { registry in
            let error = try await #require(throws: MicroError.self) { try await registry.lookUp(name) }
            #expect(error.code == .unavailable)
            #expect(error.message.contains("No path to datacenter") && error.message.contains(relay.address))
        }
    }
}
