// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConsul
import MicroCore
import TestServers
import TestSupport
import Testing

/// Several addresses of real agents that are not connected to each other.
@Suite(.requiresLocalConsul, .consul, .serialized, .timeLimit(.minutes(3))) struct ConsulFailoverTests {
    private let server: ConsulServer
    private let name = uniqueName()

    init() throws { server = try #require(ConsulServer.current) }

    @Test func outageAndItsEndAreLoggedAtOneLevel() async throws {
        let log = LogRecorder()
        try await withAgent { agent in
            try await withConsul(makeConfiguration(agent.address) { _ in }, log: log) { registry in
                let states = RegistryStateRecorder(try registry.watch(name))
                #expect(await eventually { states.isLive })
                await agent.kill()
                #expect(await eventually { log.hasOutage(of: "Consul") })
                try await agent.start()
                #expect(await eventually(within: .seconds(20)) { log.hasRecovery(of: "Consul") && states.isLive })
            }
        }
        #expect(log.outageCount == 1, "\(log.text)")
    }

    @Test func clientFailsOverFromUnreachableAddress() async throws {
        let dead = try ScriptedServer { _ in }
        dead.stop()
        try await withConsul(at: "\(dead.url),\(server.address)") { registry in
            #expect("\(registry)" == "Consul at \(dead.url), http://\(server.address)")
            try await registry.register(record(name), timeToLive: .seconds(30))
            #expect(try await eventually { try await registry.lookUp(name) == [record(name)] })
            #expect(try await registry.list() == [name])
            for scope in [name, nil] {
                let watch = try registry.watch(scope)
                for await state in watch where state[name] == [record(name)] { break }
            }
            try await registry.deregister(record(name))
        }
    }

    @Test func clientFailsOverFromUnresponsiveAddress() async throws {
        let hole = try ScriptedServer { connection in _ = connection.readToEnd() }
        defer { hole.stop() }
        // With ten addresses, the share of the first one is 6 s. The other eight are never used.
        let addresses = [hole.url, server.address] + (1...8).map { "127.0.0.1:\($0)" }
        let configuration = makeConfiguration(addresses.joined(separator: ",")) { $0.timeout = .seconds(60) }
        try await withConsul(configuration) { registry async throws in
            let started = ContinuousClock.now
            #expect(try await registry.lookUp(name).isEmpty)
            #expect(ContinuousClock.now - started < .seconds(30))
            // It is not tried again.
            let connections = hole.acceptedConnections
            for _ in 0..<5 { #expect(try await registry.list().isEmpty) }
            #expect(hole.acceptedConnections == connections)
        }
    }

    @Test func allAddressesUnreachableIsUnavailable() async throws {
        let dead = try (0..<2).map { _ in try ScriptedServer { _ in } }
        for server in dead { server.stop() }
        try await withConsul(at: dead.map(\.url).joined(separator: ",")) { registry in
            let error = try await #require(throws: MicroError.self) { try await registry.lookUp(name) }
            #expect(error.code == .unavailable)
            for server in dead { #expect(error.message.contains(server.url)) }
        }
    }

    @Test(arguments: [429, 500, 503]) func serverErrorFailsOver(_ status: Int) async throws {
        let busy = try ScriptedServer { _ in ScriptedResponse(status: status, text: "too busy") }
        defer { busy.stop() }
        try await withConsul(at: "\(busy.url),\(server.address)") { registry in
            try await registry.register(record(name), timeToLive: .seconds(30))
            #expect(try await eventually { try await registry.lookUp(name) == [record(name)] })
            try await registry.deregister(record(name))
        }
    }

    @Test func requestErrorDoesNotFailOver() async throws {
        let (first, second) = (Counter(), Counter())
        let refusing = try ScriptedServer { _ in
            first.add()
            return ScriptedResponse(status: 403, text: "Permission denied")
        }
        let other = try ScriptedServer { _ in
            second.add()
            return ScriptedResponse()
        }
        defer {
            refusing.stop()
            other.stop()
        }
        try await withConsul(at: "\(refusing.url),\(other.url)") { registry in
            #expect(await errorCode { _ = try await registry.lookUp(name) } == .unauthenticated)
        }
        #expect(first.value == 1 && second.value == 0)
    }

    @Test func failoverAfterFirstAgentStops() async throws {
        try await withAgent { first in
            let (log, addresses) = (LogRecorder(), "\(first.address),\(server.address)")
            try await withConsul(at: addresses) { registry in
                var settings = Registration.Configuration()
                settings.timeToLive = .seconds(6)
                settings.interval = .milliseconds(200)
                let registration = try Registration(
                    of: record(name), in: registry, configuration: settings, logger: log.logger)
                try await registration.start(within: .seconds(10))
                let heartbeat = Task { await registration.run() }
                try await withConsul(at: addresses) { reader in
                    #expect(try await eventually { try await reader.lookUp(name) == [record(name)] })
                    let watches = [
                        RegistryStateRecorder(try reader.watch(name)), RegistryStateRecorder(try reader.watch(nil)),
                    ]
                    func areUpToDate() -> Bool { watches.allSatisfy { $0.isLive && $0.value?[name] == [record(name)] } }
                    #expect(await eventually { areUpToDate() })
                    await first.kill()
                    // The heartbeat registers at the second agent.
                    try await withConsul(at: server.address) { second async throws in
                        #expect(try await eventually { try await second.lookUp(name) == [record(name)] })
                    }
                    // A registration that moves to another agent is not a loss.
                    #expect(await always(during: .seconds(1)) { !log.has("lost") })
                    #expect(try await reader.lookUp(name) == [record(name)])
                    #expect(await eventually(within: .seconds(20)) { areUpToDate() })
                    heartbeat.cancel()
                    await heartbeat.value
                    #expect(try await eventually { try await reader.lookUp(name).isEmpty })
                }
            }
        }
    }

    /// An agent that was unavailable for a while still has a copy. Deregistering removes both.
    @Test func deregisterRemovesRegistrationFromRecoveredAgent() async throws {
        try await withAgent { first in
            try await withConsul(makeConfiguration("\(first.address),\(server.address)") { $0.timeout = .seconds(1) }) {
                registry in
                try await registry.register(record(name), timeToLive: .seconds(60))
                first.signal(SIGSTOP)
                // It takes a short time until all threads of the agent have stopped.
                let movesToSecond = try await eventually {
                    // A move to another agent is not reported as a new registration.
                    let outcome = try await registry.register(record(name), timeToLive: .seconds(60))
                    guard !outcome.created else { return false }
                    return try await isRegistered(at: server)
                }
                #expect(movesToSecond)
                first.signal(SIGCONT)
                let again = try await registry.register(record(name), timeToLive: .seconds(60))
                #expect(!again.created)
                for agent in [first, server] {
                    #expect(try await eventually { try await isRegistered(at: agent) })
                }
                try await registry.deregister(record(name))
                for agent in [first, server] { #expect(try await !isRegistered(at: agent)) }
            }
        }
    }

    private func isRegistered(at agent: ConsulServer) async throws -> Bool {
        try await agent.request("/v1/agent/services").text.contains(name)
    }
}
