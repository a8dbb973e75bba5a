// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroCore
import MicroEtcd
import TestServers
import TestSupport
import Testing

/// A real etcd that goes away, comes back, forgets, and refuses.
@Suite(.requiresLocalEtcd, .serialized, .timeLimit(.minutes(4))) struct EtcdOutageTests {
    private let name = uniqueName()

    /// Runs the body while a heartbeat keeps the record registered by one client and another watches.
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
            let heartbeat = Task { await registration.run() }
            try await withEtcd(at: address) { observer in
                let latest = RegistryStateRecorder(try observer.watch(name))
                #expect(await eventually { latest.isLive && latest.value?[name] == [record(name)] })
                try await body(observer, latest, log)
                heartbeat.cancel()
                await heartbeat.value
                #expect(try await eventually { try await observer.lookUp(name).isEmpty })
            }
        }
    }

    @Test func watchAndRegistrationRecoverFromServerKill() async throws {
        try await withServer { server in
            try await withHeartbeat(at: server.address) { observer, latest, log in
                await server.kill()
                #expect(await eventually(within: .seconds(2)) { latest.cause?.code == .unavailable })
                #expect(latest.value?[name] == [record(name)])
                #expect(await errorCode { _ = try await observer.lookUp(name) } == .unavailable)
                #expect(await eventually { log.has("lost", name) })
                try await server.start()
                #expect(
                    await eventually(within: .seconds(10)) { latest.isLive && latest.value?[name] == [record(name)] })
                #expect(await eventually { log.has("restored", name) })
                #expect(try await observer.lookUp(name) == [record(name)])
            }
        }
    }

    @Test func gracefulServerStopMakesWatchStale() async throws {
        try await withServer { server in
            try await withHeartbeat(at: server.address) { _, latest, _ in
                try await server.stop()
                #expect(await eventually(within: .seconds(10)) { latest.cause?.code == .unavailable })
                try await server.start()
                #expect(await eventually(within: .seconds(10)) { latest.isLive })
            }
        }
    }

    @Test func heartbeatRestoresServiceAfterServerLosesState() async throws {
        try await withServer { server in
            // The history that is lost is longer than the new one, and than that of a moment later.
            for number in 0..<20 { try await server.put("/elsewhere/\(number)", "x") }
            try await withEtcd(at: server.address) { other in
                try await other.register(record(name, node: "gone"), timeToLive: nil)
                try await other.register(record(name, node: "a"), timeToLive: nil)
                try await other.deregister(record(name, node: "gone"))
            }
            try await withHeartbeat(at: server.address) { observer, latest, log in
                try await server.wipe()
                #expect(
                    await eventually(within: .seconds(10)) { latest.isLive && latest.value?[name] == [record(name)] })
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

    @Test func watchRecoversFromCompactionDuringOutage() async throws {
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
                    // Renewed behind the compacted revision, the present is read again.
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
                #expect(await eventually(within: .seconds(4)) { latest.cause?.code == .deadlineExceeded })
                #expect(await errorCode { _ = try await registry.lookUp(name) } == .deadlineExceeded)
                server.signal(SIGCONT)
                #expect(await eventually { latest.isLive })
            }
        }
    }

    @Test func unreachableFirstAddressFailsOver() async throws {
        let dead = try ScriptedServer { _ in }
        dead.stop()
        try await withServer { first in
            try await withServer { second in
                try await withEtcd(at: "\(dead.url),\(first.address),\(second.address)") { registry in
                    try await registry.register(record(name), timeToLive: .seconds(30))
                    #expect(try await registry.lookUp(name) == [record(name)])
                    let latest = RegistryStateRecorder(try registry.watch(name))
                    #expect(await eventually { latest.value?[name] == [record(name)] })
                    await first.kill()
                    // Two that know nothing of each other: at the second it is registered anew.
                    #expect(try await registry.register(record(name), timeToLive: .seconds(30)).created)
                    #expect(await eventually { latest.isLive && latest.value?[name] == [record(name)] })
                }
            }
        }
    }

    // MARK: Authentication

    private func login(_ server: EtcdServer, user: String, _ password: String) -> EtcdConfiguration {
        makeConfiguration(server.address) {
            $0.user = user
            $0.password = Secret(password)
        }
    }

    @Test func accessRequiresCredentialsAndRole() async throws {
        try await withServer(.init(rootPassword: "hunter2")) { server in
            try await server.addRole("reader", .read, prefix: "/micro/registry/")
            try await server.addUser("joe", password: "hunter3", roles: ["reader"])
            try await server.addUser("nobody", password: "hunter4")
            let log = LogRecorder()
            try await withEtcd(login(server, user: "root", "hunter2"), log: log) { root in
                try await root.register(record(name), timeToLive: .seconds(30))
                let latest = RegistryStateRecorder(try root.watch(nil))
                #expect(await eventually { latest.value?[name] == [record(name)] })

                try await withEtcd(login(server, user: "joe", "hunter3"), log: log) { joe async throws in
                    #expect(try await joe.lookUp(name) == [record(name)])
                    let latest = RegistryStateRecorder(try joe.watch(name))
                    #expect(await eventually { latest.value?[name] == [record(name)] })
                    let code = await errorCode { try await joe.register(record(name, node: "b"), timeToLive: nil) }
                    #expect(code == .permissionDenied)
                }
                for (user, password, code) in [
                    ("nobody", "hunter4", MicroError.Code.permissionDenied), ("root", "hunter3", .unauthenticated),
                    ("who", "hunter2", .unauthenticated), (nil, nil, .unauthenticated),
                ] {
                    let configuration = makeConfiguration(server.address) {
                        $0.user = user
                        $0.password = password.map { Secret($0) }
                    }
                    try await withEtcd(configuration, log: log) { registry in
                        let error = try await #require(throws: MicroError.self) { try await registry.lookUp(name) }
                        #expect(error.code == code && !"\(error)".contains("hunter"), "\(error)")
                        let latest = RegistryStateRecorder(try registry.watch(name))
                        #expect(await eventually { latest.cause?.code == code })
                    }
                }
                try await root.deregister(record(name))
            }
            #expect(!log.has("hunter"))
        }
    }

    /// Tokens are forgotten at a restart: one renewal, and nobody notices.
    @Test func invalidatedTokenIsRenewed() async throws {
        try await withServer(.init(rootPassword: "hunter2")) { server in
            try await withEtcd(login(server, user: "root", "hunter2")) { registry in
                try await registry.register(record(name), timeToLive: .seconds(30))
                try await server.restart()
                #expect(try await !registry.register(record(name), timeToLive: .seconds(30)).created)
                #expect(try await registry.lookUp(name) == [record(name)])
            }
        }
    }

    // MARK: TLS

    @Test(.enabled(if: Certificates.canBeCreated, "needs openssl")) func mutualTLSRequiresTrustOnBothSides()
        async throws
    {
        let (certificates, others) = (try await Certificates(), try await Certificates())
        let identity = try await certificates.identity("server", subjectAlternativeName: "IP:127.0.0.1")
        let own = try await certificates.identity("client", subjectAlternativeName: "DNS:client.test")
        let trusted = CurlTLS(
            certificateAuthorityFile: certificates.certificateAuthorityFile, clientCertificateFile: own.certificate,
            clientKeyFile: own.key)
        let tls = EtcdServer.Settings.TLS(
            identity: identity, clientAuthorityFile: certificates.certificateAuthorityFile, client: trusted)
        try await withServer(.init(tls: tls)) { server in
            func configuration(_ change: (inout EtcdConfiguration) -> Void = { _ in }) -> EtcdConfiguration {
                makeConfiguration(server.address) {
                    $0.usesTLS = true
                    $0.tls.certificateAuthorityFile = certificates.certificateAuthorityFile
                    $0.tls.certificateFile = own.certificate
                    $0.tls.keyFile = own.key
                    change(&$0)
                }
            }
            try await withEtcd(configuration()) { registry in
                try await registry.register(record(name), timeToLive: .seconds(30))
                let latest = RegistryStateRecorder(try registry.watch(name))
                #expect(await eventually { latest.value?[name] == [record(name)] })
            }
            let untrusted = configuration { $0.tls.certificateAuthorityFile = others.certificateAuthorityFile }
            let unnamed = configuration { ($0.tls.certificateFile, $0.tls.keyFile) = (nil, nil) }
            for (configuration, hint) in [(untrusted, "ETCDCTL_CACERT"), (unnamed, "ETCDCTL_CERT")] {
                try await withEtcd(configuration) { registry in
                    let error = try await #require(throws: MicroError.self) { try await registry.lookUp(name) }
                    #expect(error.code == .unavailable && error.message.contains(hint), "\(error)")
                }
            }
        }
    }
}

/// Three real members.
@Suite(.requiresLocalEtcd, .requiresNetworkPartitions, .etcdCluster, .serialized, .timeLimit(.minutes(3)))
struct EtcdClusterTests {
    private let cluster: EtcdCluster
    private let name = uniqueName()

    init() throws { cluster = try #require(EtcdCluster.current) }

    /// A member that has lost the others still answers, and its watches would be silent for ever.
    @Test func isolatedMemberFailsOver() async throws {
        let (alone, other) = (0, 1)
        let addresses = [alone, other].map { cluster.members[$0].address }.joined(separator: ",")
        try await withEtcd(at: addresses) { registry in
            let latest = RegistryStateRecorder(try registry.watch(name))
            #expect(await eventually { latest.isLive })
            try cluster.partition(alone)
            defer { cluster.heal() }
            try await withEtcd(at: cluster.members[other].address) { writer in
                #expect(
                    await eventually {
                        await errorCode { try await writer.register(record(name), timeToLive: .seconds(60)) } == nil
                    })
                #expect(
                    await eventually(within: .seconds(20)) { latest.isLive && latest.value?[name] == [record(name)] })
                #expect(try await registry.lookUp(name) == [record(name)])
                try await writer.deregister(record(name))
            }
        }
    }

    @Test func watchAndRegistrationSurviveLeaderLoss() async throws {
        try await withEtcd(at: cluster.addresses.joined(separator: ",")) { registry in
            // The members may still be choosing one: another test has just parted them.
            #expect(
                await eventually {
                    await errorCode { try await registry.register(record(name), timeToLive: .seconds(60)) } == nil
                })
            let latest = RegistryStateRecorder(try registry.watch(name))
            #expect(await eventually { latest.value?[name] == [record(name)] })
            let leader = try await cluster.leader()
            await cluster.kill(leader)
            #expect(
                await eventually {
                    await errorCode { try await registry.register(record(name, port: 81), timeToLive: .seconds(60)) }
                        == nil
                })
            #expect(await eventually { latest.isLive && latest.value?[name] == [record(name, port: 81)] })
            try await cluster.start(leader)
            try await registry.deregister(record(name))
        }
    }
}
