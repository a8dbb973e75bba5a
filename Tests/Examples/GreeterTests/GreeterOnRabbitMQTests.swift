// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

/// The greeter with RabbitMQ as transport and Consul as registry, by environment alone.
@Suite(.requiresConsul, .consul, .requiresRabbitMQ, .rabbitMQ, .serialized, .timeLimit(.minutes(2)))
struct GreeterOnRabbitMQTests {
    @Test func callsReachServersThroughBroker() async throws {
        let (consul, rabbitMQ) = (try #require(ConsulServer.current), try #require(RabbitMQServer.current))
        let environment = [
            "MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address, "MICRO_TRANSPORT": "rabbitmq",
            "MICRO_TRANSPORT_ADDRESS": rabbitMQ.url,
        ]
        let servers = [
            try await Greeter.serve(environment: environment), try await Greeter.serve(environment: environment),
        ]
        let client = try Greeter.start("greeter-client", "--count", "100", "--interval", "0", environment: environment)
        #expect(await client.exitStatus(within: .seconds(60)) == 0, "\(client.text)")
        #expect(client.lastLine.hasPrefix("100 ok, 0 failed"), "\(client.text)")
        #expect(servers.allSatisfy(client.wasAnswered))
        for server in servers { server.send(SIGTERM) }
        for server in servers { #expect(await server.exitStatus() == 0, "\(server.text)") }
    }
}
