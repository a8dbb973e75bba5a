// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConsul
import MicroCore
import TestServers
import TestSupport
import Testing

/// The registry on a real Consul agent.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(3))) struct ConsulLiveTests {
    private let server: ConsulServer
    /// Unique for each test, so that tests do not see each other's services.
    private let name = "svc-\(UUID().uuidString.lowercased())"

    init() throws { server = try #require(ConsulServer.current) }

    private func makeRegistry(watchRenewalInterval: Duration = .seconds(30), logger: LogRecorder = .init()) throws
        -> ConsulRegistry
    {
        var configuration = ConsulConfiguration()
        configuration.address = server.address
        configuration.watchRenewalInterval = watchRenewalInterval
        return try ConsulRegistry(configuration: configuration, logger: logger.logger)
    }

    private func record(_ version: String = "1.0.0", node: String = "a", port: Int? = 80) -> ServiceRecord {
        ServiceRecord(
            name: name, version: version, metadata: ["owner": "team ü"],
            endpoints: [Endpoint(name: "Greeter.Hello", request: ValueShape(name: "r", type: "R"))],
            nodes: [Node(id: "\(name)-\(node)", address: "10.0.0.1", port: port, metadata: ["region": "eu"])])
    }

    @Test func registeredServiceIsFoundByAnotherClient() async throws {
        let (one, other) = (try makeRegistry(), try makeRegistry())
        let outcome = try await one.register(record(), timeToLive: .seconds(30))
        #expect(outcome == RegisterOutcome(timeToLive: .seconds(30), created: true))
        #expect(try await eventually { try await other.lookUp(name) == [record()] })
        #expect(try await other.list().count { $0 == name } == 1)
        try await other.deregister(record())
        #expect(try await eventually { try await one.lookUp(name).isEmpty })
        #expect(try await eventually { try await !one.list().contains(name) })
        await one.close()
        await other.close()
    }

    @Test func versionsAreGroupedAndNodeCanChangeVersion() async throws {
        let registry = try makeRegistry()
        try await registry.register(record("1", node: "a"), timeToLive: .seconds(30))
        try await registry.register(record("2", node: "b"), timeToLive: .seconds(30))
        #expect(try await eventually { try await registry.lookUp(name).map(\.version) == ["1", "2"] })
        try await registry.register(record("2", node: "a"), timeToLive: .seconds(30))
        #expect(
            try await eventually {
                let records = try await registry.lookUp(name)
                return records.map(\.version) == ["2"] && records[0].nodes.count == 2
            })
        try await registry.deregister(record("2", node: "a"))
        try await registry.deregister(record("2", node: "b"))
        await registry.close()
    }

    @Test func refreshDoesNotReportCreation() async throws {
        let registry = try makeRegistry()
        try await registry.register(record(port: nil), timeToLive: .seconds(30))
        let again = try await registry.register(record(port: nil), timeToLive: .seconds(30))
        #expect(!again.created)
        #expect(try await eventually { try await registry.lookUp(name) == [record(port: nil)] })
        try await registry.deregister(record())
        await registry.close()
    }

    @Test func watchDeliversCurrentStateThenChanges() async throws {
        let registry = try makeRegistry()
        var watch = try registry.watch(name).makeAsyncIterator()
        let first = await watch.next()
        guard case .live = first?.freshness else {
            Issue.record("not live: \(String(describing: first))")
            return
        }
        #expect(first?[name] == [])
        try await registry.register(record(), timeToLive: .seconds(30))
        #expect(await watch.next()?[name] == [record()])
        try await registry.register(record(port: 81), timeToLive: .seconds(30))
        #expect(await watch.next()?[name] == [record(port: 81)])
        try await registry.deregister(record())
        #expect(await watch.next()?[name] == [])
        await registry.close()
        #expect(await watch.next() == nil)
    }

    @Test func watchOfAllIncludesEveryService() async throws {
        let registry = try makeRegistry()
        let watch = try registry.watch(nil)
        try await registry.register(record(), timeToLive: .seconds(30))
        for await state in watch where state[name] == [record()] { break }
        try await registry.deregister(record())
        await registry.close()
    }

    @Test func expiredNodeIsRemovedAndReported() async throws {
        let registry = try makeRegistry()
        let watch = try registry.watch(name)
        #expect(try await registry.register(record(), timeToLive: .milliseconds(10)).timeToLive == .seconds(1))
        var wasThere = false
        for await state in watch {
            if wasThere, state[name].isEmpty { break }
            wasThere = wasThere || !state[name].isEmpty
        }
        #expect(try await registry.lookUp(name).isEmpty)
        try await registry.deregister(record())
        await registry.close()
    }

    @Test func tagsAreReadableInConsul() async throws {
        let registry = try makeRegistry()
        try await registry.register(record(), timeToLive: .seconds(30))
        #expect(
            try await eventually {
                let text = try await server.request("/v1/health/service/\(name)").text
                return [#""v=1.0.0""#, #""t={\"region\":\"eu\"}""#, #""s={\"owner\":\"team ü\"}""#].allSatisfy(
                    text.contains)
            })
        try await registry.deregister(record())
        await registry.close()
    }

    @Test func goMicroRegistrationIsFound() async throws {
        let tags = String(decoding: try JSONEncoder().encode(GoMicroTags.greeter), as: UTF8.self)
        _ = try await server.request(
            "/v1/agent/service/register", method: "PUT",
            body: """
                {"ID":"\(name)-srv","Name":"\(name)","Tags":\(tags),"Port":19090,"Address":"127.0.0.1",
                "Check":{"TTL":"30s","DeregisterCriticalServiceAfter":"1m5s"}}
                """)
        let registry = try makeRegistry()
        // As in go-micro, it is critical, and not found, before its first pass.
        #expect(
            try await eventually { try await server.request("/v1/health/service/\(name)").text.contains("critical") })
        #expect(try await registry.lookUp(name).isEmpty)
        _ = try await server.request("/v1/agent/check/pass/service:\(name)-srv?note=", method: "PUT")
        #expect(try await eventually { try await !registry.lookUp(name).isEmpty })
        let found = try #require(try await registry.lookUp(name).first)
        #expect(found.version == "latest")
        #expect(found.nodes.first?.metadata["region"] == "eu")
        #expect(found.endpoints.count == 2)
        _ = try await server.request("/v1/agent/service/deregister/\(name)-srv", method: "PUT")
        await registry.close()
    }

    /// The IDs of Nomad and Registrator.
    @Test(arguments: ["_nomad-task-8f1b-web-http", "host/app:1"])
    func instancesWithIDsOfOtherProductsAreFound(_ id: String) async throws {
        _ = try await server.request(
            "/v1/agent/service/register", method: "PUT",
            body: #"{"Name":"\#(name)","ID":"\#(id)-\#(name)","Address":"10.0.0.1","Port":5432}"#)
        let registry = try makeRegistry()
        #expect(try await eventually { try await registry.lookUp(name).first?.nodes.first?.port == 5432 })
        let watch = try registry.watch(name)
        for await state in watch where state[name].first?.nodes.first?.port == 5432 { break }
        try await registry.deregister(try #require(try await registry.lookUp(name).first))
        #expect(try await eventually { try await registry.lookUp(name).isEmpty })
        await registry.close()
    }

    @Test func foreignServiceHasEmptyVersion() async throws {
        _ = try await server.request(
            "/v1/agent/service/register", method: "PUT", body: #"{"Name":"\#(name)","Tags":["primary"],"Port":5432}"#)
        let registry = try makeRegistry()
        #expect(
            try await eventually {
                let records = try await registry.lookUp(name)
                return records.first?.version == "" && records.first?.nodes.first?.address == "127.0.0.1"
            })
        #expect(try await !registry.list().contains("consul"))
        _ = try await server.request("/v1/agent/service/deregister/\(name)", method: "PUT")
        await registry.close()
    }

    @Test(.requiresLocalConsul) func heartbeatRestoresServiceAfterAgentLosesState() async throws {
        let (registry, log) = (try makeRegistry(), LogRecorder())
        var settings = Registration.Configuration()
        settings.timeToLive = .seconds(6)
        settings.interval = .milliseconds(500)
        let registration = try Registration(of: record(), in: registry, configuration: settings, logger: log.logger)
        try await registration.start(within: .seconds(10))
        let heartbeat = Task { await registration.run() }
        let observer = try makeRegistry()
        var watch = try observer.watch(name).makeAsyncIterator()
        while let state = await watch.next(), state[name].isEmpty {}

        await server.kill()
        let stale = await watch.next()
        guard case .stale(_, let cause) = stale?.freshness else {
            Issue.record("not stale: \(String(describing: stale))")
            return
        }
        #expect(cause.code == .unavailable)
        #expect(stale?[name] == [record()])

        try await server.start()
        #expect(try await eventually(within: .seconds(20)) { try await observer.lookUp(name) == [record()] })
        while let state = await watch.next() {
            if case .live = state.freshness, state[name] == [record()] { break }
        }
        #expect(await eventually { log.has("lost", name) && log.has("restored", name) })
        heartbeat.cancel()
        await heartbeat.value
        #expect(try await eventually { try await observer.lookUp(name).isEmpty })
        await registry.close()
        await observer.close()
    }

    @Test(.requiresLocalConsul) func suspendedAgentTimesOut() async throws {
        var configuration = ConsulConfiguration()
        configuration.address = server.address
        configuration.timeout = .milliseconds(300)
        let registry = try ConsulRegistry(configuration: configuration)
        server.signal(SIGSTOP)
        defer { server.signal(SIGCONT) }
        // It takes a moment until all its threads have stopped.
        #expect(await eventually { await errorCode { _ = try await registry.lookUp(name) } == .deadlineExceeded })
        await registry.close()
    }
}
