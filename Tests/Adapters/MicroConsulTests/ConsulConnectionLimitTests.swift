// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
import Logging
import MicroCore
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import MicroConsul

/// Many clients of one agent with its default limits: it accepts 200 connections of one client address.
@Suite(.requiresLocalConsul, .serialized, .timeLimit(.minutes(5)))
struct ConsulConnectionLimitTests {
    /// One of the processes on a host: it is registered, and watches the services that it calls.
    private struct Client {
        let registry: ConsulRegistry
        let record: ServiceRecord
        let heartbeat: Task<Void, Never>
        let watches: [(name: String, state: RegistryStateRecorder)]

        init(_ number: Int, at address: String, watching names: [String], log: LogRecorder) async throws {
            registry = try ConsulRegistry(
                configuration: makeConfiguration(address) { _ in }, logger: log.logger)
            record = ServiceRecord(
                name: "client", version: "1", nodes: [Node(id: "client-\(number)", address: "10.0.0.1", port: 80)])
            var configuration = Registration.Configuration()
            configuration.timeToLive = .seconds(15)
            configuration.interval = .seconds(1)
            let registration = try Registration(
                of: record, in: registry, configuration: configuration, logger: log.logger)
            try await registration.start(within: .seconds(30))
            heartbeat = Task { await registration.run() }
            watches = try names.map { [registry] in ($0, RegistryStateRecorder(try registry.watch($0))) }
        }

        func sees(port: Int) -> Bool {
            watches.allSatisfy { name, recorder in
                recorder.isLive && recorder.value?[name].first?.nodes.first?.port == port
            }
        }

        func close() async {
            heartbeat.cancel()
            await heartbeat.value
            await registry.close()
        }
    }

    private static let clientCount = 40

    @Test func fortyClientsWithSixteenWatchesStayRegistered() async throws {
        try await withAgent { agent in
            let (names, log) = ((0..<16).map { "watched-\($0)" }, LogRecorder())
            try await withConsul(at: agent.address) { writer in
                func registerAll(port: Int) async throws {
                    for name in names { try await writer.register(record(name, port: port), timeToLive: .seconds(600)) }
                }
                try await registerAll(port: 1)
                let clients = try await withThrowingTaskGroup { group in
                    for number in 0..<Self.clientCount {
                        group.addTask {
                            try await Client(number, at: agent.address, watching: names, log: log)
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(await eventually(within: .seconds(60)) { clients.allSatisfy { $0.sees(port: 1) } })
                // Three for each client, and one for the writer.
                let connections = try connections(to: agent)
                #expect(connections <= 3 * Self.clientCount + 1, "\(connections) connections")
                // Heartbeats and changes get through.
                try await registerAll(port: 2)
                #expect(await eventually(within: .seconds(60)) { clients.allSatisfy { $0.sees(port: 2) } })
                #expect(try await registeredClients(writer) == Self.clientCount)
                #expect(!log.has("lost"))

                // All reconnect at the same time.
                await agent.kill()
                #expect(await eventually(within: .seconds(30)) { clients.allSatisfy { !$0.sees(port: 2) } })
                try await agent.start()
                #expect(await eventually(within: .seconds(60)) { (try? await registerAll(port: 3)) != nil })
                #expect(await eventually(within: .seconds(60)) { clients.allSatisfy { $0.sees(port: 3) } })
                #expect(
                    try await eventually(within: .seconds(60)) {
                        try await registeredClients(writer) == Self.clientCount
                    })
                for client in clients { await client.close() }
            }
        }
    }

    /// Consul keeps the connection of a disconnected client until the wait of its blocking query ends.
    @Test func shortLivedClientsLeaveNoConnections() async throws {
        try await withAgent { agent in
            let configuration = makeConfiguration(agent.address) { $0.watchRenewalInterval = .seconds(300) }
            for _ in 0..<150 {
                #expect(try await eventually { try connections(to: agent) < 100 })
                try await withConsul(configuration) { registry in
                    for name in ["a", "b"] {
                        var watch = try registry.watch(name).makeAsyncIterator()
                        guard case .live = await watch.next()?.freshness else {
                            Issue.record("the connection was refused")
                            return
                        }
                    }
                }
            }
            #expect(try await eventually { try connections(to: agent) <= 3 })
        }
    }

    private func registeredClients(_ registry: ConsulRegistry) async throws -> Int {
        try await registry.lookUp("client").flatMap(\.nodes).count
    }

    /// The connections that the agent has accepted and not closed, including those that clients have closed.
    private func connections(to agent: ConsulServer) throws -> Int {
        let port = try #require(agent.address.split(separator: ":").last.flatMap { Int($0) })
        let local = ":" + String(format: "%04X", port)
        let (established, closeWait) = ("01", "08")
        return try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8).split(separator: "\n").count { line in
            let fields = line.split(separator: " ")
            return fields.count > 3 && fields[1].hasSuffix(local)
                && [established, closeWait].contains(String(fields[3]))
        }
    }
}

@Suite struct BlockingQueryPacerTests {
    @Test func waitsDoubleUpToTheMaximumAndBeginAgain() {
        var pacer = BlockingQueryPacer(maxWait: .seconds(30))
        var waits: [Duration] = []
        for _ in 0..<7 {
            waits.append(pacer.wait)
            #expect(pacer.pause(after: pacer.wait, isNewer: false) == nil)
        }
        #expect(waits == [1, 2, 4, 8, 16, 30, 30].map { .seconds($0) })
        pacer.reset()
        #expect(pacer.wait == .seconds(1))
    }

    @Test func waitsAreNotLongerThanConfigured() {
        #expect(BlockingQueryPacer(maxWait: .milliseconds(500)).wait == .milliseconds(500))
    }
}

@Suite(.timeLimit(.minutes(1))) struct ConsulBlockingQueryTests {
    /// Responses of an agent; nil for a connection that is lost.
    private final class Agent: Sendable {
        private let responses: Mutex<[UInt64?]>
        init(_ responses: [UInt64?]) { self.responses = Mutex(responses) }

        func read() throws -> ConsulAPI.Indexed<UInt64> {
            let server = BackendServer(kind: .consul, number: 0, url: "http://127.0.0.1:8500")
            let response = try responses.withLock { responses in
                guard !responses.isEmpty else { throw CancellationError() }
                return responses.removeFirst()
            }
            guard let response else {
                throw MicroError(
                    .unavailable, "lost", cause: CurlError(kind: .connectionLost, message: "lost"))
            }
            return .init(value: response, index: ConsulIndex(value: response, agent: server))
        }
    }

    /// A restart without data is visible only in the index, or in the connection, if the agent restarts quickly.
    @Test(
        arguments: [
            ([7, 8, 9], [false, false, false]), ([7, 3, 4], [false, true, false]),
            ([7, nil, 8, 9], [false, true, false]),
        ] as [([UInt64?], [Bool])])
    func smallerIndexAndLostConnectionBeginNewHistory(_ responses: [UInt64?], _ expected: [Bool]) async {
        let agent = Agent(responses)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let query = ConsulBlockingQuery<UInt64>(
            subject: "svc", maxWait: .seconds(1), logger: logger, outages: OutageLog("Consul", logger: logger)
        ) { _, _ in try agent.read() }
        var isHistoryInterrupted: [Bool] = []
        await query.run { if case .value(_, let fresh) = $0 { isHistoryInterrupted.append(fresh) } }
        #expect(isHistoryInterrupted == expected)
    }
}
