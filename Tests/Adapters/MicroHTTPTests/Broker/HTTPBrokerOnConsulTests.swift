// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroConsul
import MicroCore
import MicroHTTP
import TestServers
import TestSupport
import Testing

/// The HTTP broker on a registry with a server.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(3))) struct HTTPBrokerOnConsulTests {
    private let consul: ConsulServer

    init() throws { consul = try #require(ConsulServer.current) }

    /// Runs a body with two brokers, each with its own registry client.
    private func run(_ body: (HTTPBroker, HTTPBroker) async throws -> Void) async throws {
        var configuration = ConsulConfiguration()
        configuration.address = consul.address
        let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let registries = [
            try ConsulRegistry(configuration: configuration, logger: silent),
            try ConsulRegistry(configuration: configuration, logger: silent),
        ]
        var settings = HTTPBrokerConfiguration()
        settings.heartbeatInterval = .seconds(2)
        let brokers = try registries.map { try HTTPBroker(registry: $0, configuration: settings, logger: silent) }
        let result: Result<Void, any Error>
        do { result = .success(try await body(brokers[0], brokers[1])) } catch { result = .failure(error) }
        for broker in brokers { await broker.close() }
        for registry in registries { await registry.close() }
        try result.get()
    }

    @Test func subscriptionIsEffectiveOnReturn() async throws {
        try await run { subscriber, publisher in
            for index in 0..<100 {
                try await publisher.publish(BrokerMessage(text: "before"), to: "in.effect")
                let subscription = try await subscriber.subscribe(to: "in.effect")
                try await publisher.publish(BrokerMessage(text: "\(index)"), to: "in.effect")
                #expect(try await subscription.first(1).map(\.text) == ["\(index)"])
                await subscription.cancel()
            }
        }
    }

    /// A record as a Go subscriber writes it to Consul.
    @Test func goMicroSubscriberIsFound() async throws {
        let seen = ValueCollector<ScriptedRequest>()
        let server = try ScriptedServer(responding: { request in
            seen.add(request)
            return ScriptedResponse()
        })
        defer { server.stop() }
        let id = "broker-2e0d1560-ac0c-4a80-ad45-219e0e9f0c2d.0357f05d-2425-4fe8-b141-d27dc15fa234"
        let registration = """
            {"ID":"\(id)","Name":"topic:events.hello","Tags":["t-789caa562a4e4d2e2d4a55b2524a4bcc294e55aa05040000ffff3c75064d",\
            "v-789c4a4bd3cb282929d04b2aca4f4c494e2c2e01040000ffff39d7069c"],"Port":\(server.port),"Address":"127.0.0.1",\
            "Check":{"TTL":"1m0s","DeregisterCriticalServiceAfter":"1m5s"},"Checks":null}
            """
        _ = try await consul.request("/v1/agent/service/register", method: "PUT", body: registration)
        _ = try await consul.request("/v1/agent/check/pass/service:\(id)", method: "PUT")
        try await run { _, publisher in
            let isFound = try await eventually {
                try await publisher.publish(BrokerMessage(text: "1"), to: "events.hello")
                return !seen.values.isEmpty
            }
            #expect(isFound)
            #expect(seen.values.first?.target == "/_sub?id=\(id)")
        }
        _ = try await consul.request("/v1/agent/service/deregister/\(id)", method: "PUT")
    }

    @Test(.requiresLocalConsul) func subscriberReregistersAfterConsulRestart() async throws {
        try await run { subscriber, publisher in
            let subscription = try await subscriber.subscribe(to: "t", queue: "q")
            await consul.kill()
            let error = try await microError { try await publisher.publish(BrokerMessage(), to: "t") }
            #expect(error.code == .unavailable, "\(error)")
            try await consul.start()
            let received = Counter()
            let handling = Task { await subscription.handle { _ in received.add() } }
            // Until it has registered again, there is no subscriber, and publishing succeeds.
            let isBack = await eventually(within: .seconds(60)) {
                try? await publisher.publish(BrokerMessage(), to: "t")
                return received.value > 0
            }
            #expect(isBack)
            await subscription.cancel()
            await handling.value
        }
    }
}
