// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroCore
import MicroEdge
import MicroMemory
import TestSupport
import Testing

@testable import MicroGateway

/// Limits by path, and shares of versions.
@Suite(.blocking, .timeLimit(.minutes(1))) struct RouteRuleTests {
    private let fixture = GatewayFixture()

    private func send(_ port: Int, _ line: String, _ headers: [String] = []) throws -> RawHTTPResponse? {
        try .exchange(GatewayFixture.text(line, headers), port: port)
    }

    @Test func rateLimitAppliesToThePath() async throws {
        var rule = RouteRule(path: "/greeter/{rest=**}")
        rule.rateLimit = RateLimit(requestsPerSecond: 0.01, burst: 2)
        try await fixture.run { [rule] in
            $0.rules = [rule]
        } _: { (port) async throws in
            for _ in 0..<2 { #expect(try send(port, "GET /greeter/say/hello")?.status == 200) }
            let rejected = try send(port, "GET /greeter/say/hello")
            #expect(rejected?.status == 429 && rejected?.headers["retry-after"] != nil)
            #expect(try send(port, "GET /people/Ada")?.status == 200)
        }
    }

    @Test func timeLimitAppliesToThePath() async throws {
        var rule = RouteRule(path: "/greeter/slow/wait")
        rule.timeout = .milliseconds(100)
        try await fixture.run { [rule] in
            $0.rules = [rule]
        } prepare: { service in
            service.handle("Slow.Wait") { (_: Person, _) -> Answer in
                try await Task.sleep(for: .seconds(60))
                return Answer(text: "late")
            }
        } _: { (port) async throws in
            #expect(try send(port, "GET /greeter/slow/wait")?.status == 408)
        }
    }

    @Test func mostSpecificRuleApplies() async throws {
        var all = RouteRule(path: "^/.*")
        all.maxConcurrentRequests = 0
        try await fixture.run { [all] in
            $0.rules = [all, RouteRule(path: "/people/{name}")]
        } _: { (port) async throws in
            #expect(try send(port, "GET /people/Ada")?.status == 200)
            #expect(try send(port, "GET /greeter/say/hello")?.status == 503)
        }
        #expect(throws: MicroError.self) { try RouteRules([RouteRule(path: "/a{b}")]) }
    }

    @Test func versionsGetTheirShares() {
        let split = VersionSplit(weights: ["1": 9, "2": 1, "3": 5])
        let versions = (0..<100).map { split.version(of: ["1", "2"], at: UInt64($0)) }
        #expect(versions.count { $0 == "1" } == 90 && versions.count { $0 == "2" } == 10)
        #expect(split.version(of: ["4"], at: 1) == nil)
        #expect(VersionSplit(weights: ["1": 0, "2": -1]).version(of: ["1", "2"], at: 1) == nil)
    }

    @Test func stickyRequestsGoToOneVersion() async throws {
        func app(_ version: String) throws -> ScriptedServer {
            try ScriptedServer(responding: { _ in ScriptedResponse(text: version) })
        }
        let (first, second) = (try app("1"), try app("2"))
        defer {
            first.stop()
            second.stop()
        }
        for (version, server) in [("1", first), ("2", second)] {
            let node = Node(id: "app-\(version)", address: "127.0.0.1", port: server.port)
            try await fixture.registry.register(
                ServiceRecord(name: "go.micro.api.app", version: version, nodes: [node]), timeToLive: nil)
        }
        try await fixture.run {
            $0.handler = .http
            $0.versions["go.micro.api.app"] = VersionSplit(weights: ["1": 1, "2": 1], stickyHeader: "X-User")
        } _: { (port) async throws in
            var seen: Set<String> = []
            for user in 0..<12 {
                let bodies = try (0..<3).compactMap { _ in try send(port, "GET /app", ["X-User: u\(user)"])?.body }
                #expect(Set(bodies).count == 1)
                seen.formUnion(bodies)
            }
            #expect(seen == ["1", "2"])
        }
    }
}
