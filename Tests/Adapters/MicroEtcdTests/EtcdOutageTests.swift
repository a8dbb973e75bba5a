// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroEtcd
import TestServers
import TestSupport
import Testing

/// A real etcd that stops, restarts, hangs and loses its data.
@Suite(.requiresLocalEtcd, .startsServers, .serialized, .timeLimit(.minutes(4))) struct EtcdOutageTests {
    private let name = uniqueName()

    /// Runs the body while one client keeps the record registered and another one watches it.
    private func withHeartbeat(
        at address: String, _ body: (EtcdRegistry, RegistryStateRecorder, LogRecorder) async throws -> Void
    ) async throws {
        let log = LogRecorder()
        try await withEtcd(at: address) { registry in
            var settings = Registration.Configuration()
            settings.timeToLive = .seconds(6)
            settings.interval = .milliseconds(300)
            let registration = try Registration(
                of: record(name), in: registry, configuration: settings, logger: log.logger)
            try await registration.start(within: .seconds(10))
            try await withEtcd(at: address) { observer in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await registration.run() }
                    let latest = RegistryStateRecorder(try observer.watch(name))
                    #expect(await eventually { latest.isLive && latest.value?[name] == [record(name)] })
                    try await body(observer, latest, log)
                    group.cancelAll()
                }
                #expect(try await eventually { try await observer.lookUp(name).isEmpty })
            }
        }
    }

    @Test func outageAndItsEndAreLoggedAtOneLevel() async throws {
        let log = LogRecorder()
        try await withServer { server in
            var configuration = EtcdConfiguration()
            configuration.address = server.address
            try await closing(try EtcdRegistry(configuration: configuration, logger: log.logger)) { registry in
                let states = RegistryStateRecorder(try registry.watch(name))
                #expect(await eventually { states.isLive })
                await server.kill()
                #expect(await eventually { log.hasOutage(of: "etcd") })
                try await server.start()
                #expect(await eventually { log.hasRecovery(of: "etcd") && states.isLive })
            }
        }
        #expect(log.outageCount == 1, "\(log.text)")
    }

    @Test func watchAndRegistrationRecoverFromServerKill() async throws {
        try await withServer { server in
            try await withHeartbeat(at: server.address) { observer, latest, log in
                await server.kill()
                #expect(await eventually { latest.cause?.code == .unavailable })
                #expect(latest.value?[name] == [record(name)])
                #expect(await errorCode { _ = try await observer.lookUp(name) } == .unavailable)
                #expect(await eventually { log.has("lost", name) })
                try await server.start()
                #expect(await eventually { latest.isLive && latest.value?[name] == [record(name)] })
                #expect(await eventually { log.has("restored", name) })
                #expect(try await observer.lookUp(name) == [record(name)])
            }
        }
    }

    @Test func gracefulServerStopMakesWatchStale() async throws {
        try await withServer { server in
            try await withHeartbeat(at: server.address) { _, latest, _ in
                try await server.stop()
                #expect(await eventually { latest.cause?.code == .unavailable })
                try await server.start()
                #expect(await eventually { latest.isLive })
            }
        }
    }

    @Test func heartbeatRestoresServiceAfterServerLosesState() async throws {
        try await withServer { server in
            // Raises the revision: after the wipe, the server's revision is lower than the one that the watch has seen.
            for number in 0..<20 { try await server.put("/elsewhere/\(number)", "x") }
            try await withEtcd(at: server.address) { other in
                try await other.register(record(name, node: "gone"), timeToLive: nil)
                try await other.register(record(name, node: "a"), timeToLive: nil)
                try await other.deregister(record(name, node: "gone"))
            }
            try await withHeartbeat(at: server.address) { observer, latest, log in
                try await server.wipe()
                #expect(await eventually { latest.isLive && latest.value?[name] == [record(name)] })
                #expect(try await observer.lookUp(name) == [record(name)])
                #expect(await eventually { log.has("lost", name) && log.has("restored", name) })
                try await withEtcd(at: server.address) { other in
                    try await other.register(record(name, node: "b"), timeToLive: .seconds(30))
                    #expect(await eventually { latest.value?[name].first?.nodes.count == 2 })
                    try await other.deregister(record(name, node: "b"))
                }
            }
        }
    }

    @Test func renewedWatchRereadsAfterCompaction() async throws {
        try await withServer { server in
            try await withEtcd(at: server.address) { registry in
                try await registry.register(record(name, node: "early"), timeToLive: nil)
                let relay = try HTTPRelay(
                    to: try #require(server.address.split(separator: ":").last.flatMap { Int($0) }))
                defer { relay.stop() }
                try await withEtcd(makeConfiguration(relay.address) { $0.watchRenewalInterval = .milliseconds(300) }) {
                    observer in
                    let latest = RegistryStateRecorder(try observer.watch(name))
                    #expect(await eventually { latest.isLive })
                    for port in 1...20 { try await registry.register(record(name, port: port), timeToLive: nil) }
                    try await registry.deregister(record(name, node: "early"))
                    for number in 0..<20 { try await server.put("/elsewhere/\(number)", "x") }
                    try await server.compact()
                    // A watch that is renewed before the compacted revision reads the current entries again.
                    let before = relay.requests.count { $0.hasSuffix("/v3/watch") }
                    #expect(await eventually { relay.requests.count { $0.hasSuffix("/v3/watch") } > before + 2 })
                    #expect(await eventually { latest.value?[name] == [record(name, port: 20)] })
                    try await registry.register(record(name, port: 21), timeToLive: nil)
                    #expect(await eventually { latest.value?[name] == [record(name, port: 21)] })
                    #expect(latest.all.allSatisfy { if case .live = $0.freshness { true } else { false } })
                }
            }
        }
    }

    @Test func suspendedServerIsDetected() async throws {
        try await withServer { server in
            let configuration = makeConfiguration(server.address) {
                $0.timeout = .milliseconds(500)
                $0.watchRenewalInterval = .seconds(1)
            }
            try await withEtcd(configuration) { registry in
                let latest = RegistryStateRecorder(try registry.watch(name))
                #expect(await eventually { latest.isLive })
                server.signal(SIGSTOP)
                defer { server.signal(SIGCONT) }
                #expect(await eventually { latest.cause?.code == .deadlineExceeded })
                #expect(await errorCode { _ = try await registry.lookUp(name) } == .deadlineExceeded)
                server.signal(SIGCONT)
                #expect(await eventually { latest.isLive })
            }
        }
    }

    @Test func clientFailsOverFromUnreachableAddress() async throws {
        let unusedAddress = try "http://127.0.0.1:\(Machine.freePorts(1)[0])"
        try await withServer { first in
            try await withServer { second in
                try await withEtcd(at: "\(unusedAddress),\(first.address),\(second.address)") { registry in
                    try await registry.register(record(name), timeToLive: .seconds(30))
                    #expect(try await registry.lookUp(name) == [record(name)])
                    let latest = RegistryStateRecorder(try registry.watch(name))
                    #expect(await eventually { latest.value?[name] == [record(name)] })
                    await first.kill()
                    // The servers are not a cluster, so the second one reports a new registration.
                    #expect(try await registry.register(record(name), timeToLive: .seconds(30)).created)
                    #expect(await eventually { latest.isLive && latest.value?[name] == [record(name)] })
                }
            }
        }
    }
}
