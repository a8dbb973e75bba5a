// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroCore
import MicroEdge
import MicroMemory
import TestServers
import TestSupport
import Testing

@testable import MicroGateway

/// The configuration of a gateway that is replaced while requests run.
@Suite(.blocking, .timeLimit(.minutes(1))) struct GatewayReloadTests {
    private let fixture = GatewayFixture()

    /// Runs a gateway, and the service behind it.
    private func withGateway(
        _ configuration: GatewayConfiguration, prepare: (Microservice) -> Void = { _ in },
        _ body: (Gateway, Int) async throws -> Void
    ) async throws {
        let service = try fixture.makeService("go.micro.api.greeter")
        prepare(service)
        let client = try Client(
            registry: fixture.registry, transport: MemoryTransport(backend: fixture.backend), broker: fixture.broker)
        let gateway = try Gateway(
            configuration: configuration, client: client, registry: fixture.registry, logger: LogRecorder().logger)
        try await withThrowingTaskGroup { group in
            group.addTask { try await service.run() }
            group.addTask { try await gateway.run() }
            let port = try #require(try await gateway.listeningAddress().port)
            #expect(try await eventually { try send(port, "GET /people/Ada")?.status == 200 })
            try await body(gateway, port)
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
        await client.close()
    }

    private var configuration: GatewayConfiguration {
        var configuration = GatewayConfiguration()
        configuration.edge.address = "127.0.0.1:0"
        return configuration
    }

    private func send(_ port: Int, _ line: String, _ headers: [String] = []) throws -> RawHTTPResponse? {
        try .exchange(GatewayFixture.text(line, headers), port: port)
    }

    @Test func newRequestsMeetNewRulesAndKeys() async throws {
        try await withGateway(configuration) { gateway, port in
            var next = configuration
            next.edge.authenticators = [APIKeyAuthenticator(keys: ["a": Secret("k1")])]
            var rule = RouteRule(path: "/people/{name}")
            rule.rateLimit = RateLimit(requestsPerSecond: 0.01, burst: 1)
            next.rules = [rule]
            try gateway.reload(next)
            #expect(try send(port, "GET /people/Ada")?.status == 401)
            #expect(try send(port, "GET /people/Ada", ["X-Api-Key: k1"])?.status == 200)
            #expect(try send(port, "GET /people/Ada", ["X-Api-Key: k1"])?.status == 429)
            // The state of an equal rule is kept.
            try gateway.reload(next)
            #expect(try send(port, "GET /people/Ada", ["X-Api-Key: k1"])?.status == 429)
            next.reservedPaths = ["/people": "go.micro.api.other"]
            next.rules = []
            try gateway.reload(next)
            #expect(try send(port, "GET /people/Ada", ["X-Api-Key: k1"])?.status == 404)
            next.namespace = "other"
            next.reservedPaths = [:]
            try gateway.reload(next)
            #expect(try send(port, "GET /greeter/say/hello", ["X-Api-Key: k1"])?.status == 404)
        }
    }

    @Test func runningRequestsAreFinished() async throws {
        let gate = AsyncGate()
        try await withGateway(configuration) { service in
            service.handle("Slow.Wait") { (_: Person, _) -> Answer in
                await gate.pass()
                return Answer(text: "done")
            }
        } _: { gateway, port in
            async let response = send(port, "GET /greeter/slow/wait")
            #expect(await eventually { gate.arrivals == 1 })
            var next = configuration
            next.edge.authenticators = [APIKeyAuthenticator(keys: ["a": Secret("k1")])]
            try gateway.reload(next)
            #expect(try send(port, "GET /people/Ada")?.status == 401)
            gate.open()
            #expect(try await response?.body.contains("done") == true)
        }
    }

    @Test func noRequestIsLostDuringReloads() async throws {
        try await withGateway(configuration) { gateway, port in
            let stopped = Counter()
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        var count = 0
                        while stopped.value == 0 {
                            guard try send(port, "GET /people/Ada")?.status == 200 else { return -1 }
                            count += 1
                        }
                        return count
                    }
                }
                for index in 0..<50 {
                    var next = configuration
                    next.edge.limits.maxConcurrentRequests = 100 + index
                    var rule = RouteRule(path: "/people/{name}")
                    rule.maxConcurrentRequests = 100 + index
                    next.rules = [rule]
                    try gateway.reload(next)
                    try await Task.sleep(for: .milliseconds(5))
                }
                stopped.add()
                for try await count in group { #expect(count > 0) }
            }
        }
    }

    @Test func wrongConfigurationChangesNothing() async throws {
        try await withGateway(configuration) { gateway, port in
            var wrong = configuration
            wrong.edge.authenticators = [APIKeyAuthenticator(keys: ["a": Secret("k1")])]
            wrong.rules = [RouteRule(path: "/a{b")]
            #expect(throws: MicroError.self) { try gateway.reload(wrong) }
            wrong.rules = []
            wrong.edge.trustedProxies = ["10/8/1"]
            #expect(throws: MicroError.self) { try gateway.reload(wrong) }
            wrong.edge.trustedProxies = []
            wrong.edge.address = "127.0.0.1:1"
            #expect(throws: MicroError.self) { try gateway.reload(wrong) }
            let status = try send(port, "GET /people/Ada")?.status
            #expect(status == 200)
        }
    }
}
