// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroEtcd
import TestServers
import TestSupport
import Testing

/// The number of clients that a host with many services has, on one member with default limits.
@Suite(.faultRun, .requiresLocalEtcd, .serialized, .timeLimit(.minutes(5)))
struct EtcdManyClientsFaultTests {
    /// One of the processes on a host: it is registered, and watches the services that it calls.
    private struct Client {
        let registry: EtcdRegistry
        let heartbeat: Task<Void, Never>
        let watches: [(name: String, state: RegistryStateRecorder)]

        init(_ number: Int, at address: String, watching names: [String], log: LogRecorder) async throws {
            registry = try EtcdRegistry(configuration: makeConfiguration(address), logger: log.logger)
            let record = ServiceRecord(
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
        try await withServer { member in
            let (names, log) = ((0..<16).map { "watched-\($0)" }, LogRecorder())
            try await withEtcd(at: member.address) { writer in
                func registerAll(port: Int) async throws {
                    for name in names {
                        let node = Node(id: name, address: "10.0.0.1", port: port)
                        let record = ServiceRecord(name: name, version: "1", nodes: [node])
                        try await writer.register(record, timeToLive: .seconds(600))
                    }
                }
                try await registerAll(port: 1)
                let start = ContinuousClock.now
                let clients = try await withThrowingTaskGroup { group in
                    for number in 0..<Self.clientCount {
                        group.addTask { try await Client(number, at: member.address, watching: names, log: log) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(await eventually(within: .seconds(60)) { clients.allSatisfy { $0.sees(port: 1) } })
                print("40 clients with 16 watches of etcd are live after \(ContinuousClock.now - start)")
                // Heartbeats and changes get through.
                try await registerAll(port: 2)
                #expect(await eventually(within: .seconds(60)) { clients.allSatisfy { $0.sees(port: 2) } })
                #expect(try await registeredClients(writer) == Self.clientCount)
                #expect(!log.has("lost"))

                // All reconnect at the same time.
                await member.kill()
                #expect(await eventually(within: .seconds(30)) { clients.allSatisfy { !$0.sees(port: 2) } })
                try await member.start()
                let restart = ContinuousClock.now
                #expect(await eventually(within: .seconds(60)) { (try? await registerAll(port: 3)) != nil })
                #expect(await eventually(within: .seconds(60)) { clients.allSatisfy { $0.sees(port: 3) } })
                print("40 clients with 16 watches of etcd are live \(ContinuousClock.now - restart) after its restart")
                #expect(
                    try await eventually(within: .seconds(60)) {
                        try await registeredClients(writer) == Self.clientCount
                    })
                for client in clients { await client.close() }
            }
        }
    }

    private func registeredClients(_ registry: EtcdRegistry) async throws -> Int {
        try await registry.lookUp("client").flatMap(\.nodes).count
    }
}
