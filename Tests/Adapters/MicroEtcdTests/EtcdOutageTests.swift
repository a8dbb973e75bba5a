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
@Suite(.whereEtcdCanBeStarted, .serialized, .timeLimit(.minutes(4))) struct EtcdOutageTests {
    private let name = freshName()

    /// Runs the body while a heartbeat keeps the record registered by one client and another watches.
    private func whileBeating(
        at address: String, _ body: (EtcdRegistry, Latest, LogRecorder) async throws -> Void
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
                let latest = Latest(try observer.watch(name))
                #expect(await eventually { latest.isLive && latest.value?[name] == [record(name)] })
                try await body(observer, latest, log)
                heartbeat.cancel()
                await heartbeat.value
                #expect(try await eventually { try await observer.lookUp(name).isEmpty })
            }
        }
    }

    @Test func aServerThatIsKilledAndComesBack() async throws {
        try await withServer { server in
            try await whileBeating(at: server.address) { observer, latest, log in
                await server.kill()
                #expect(await eventually(within: .seconds(2)) { latest.cause?.code == .unavailable })
                #expect(latest.value?[name] == [record(name)])
                #expect(await failureCode { _ = try await observer.lookUp(name) } == .unavailable)
                #expect(await eventually { log.has("lost", name) })
                try await server.start()
                #expect(
                    await eventually(within: .seconds(10)) { latest.isLive && latest.value?[name] == [record(name)] })
                #expect(await eventually { log.has("restored", name) })
                #expect(try await observer.lookUp(name) == [record(name)])
            }
        }
    }

    @Test func aServerThatIsStoppedInOrderIsALossToo() async throws {
        try await withServer { server in
            try await whileBeating(at: server.address) { _, latest, _ in
                try await server.stop()
                #expect(await eventually(within: .seconds(10)) { latest.cause?.code == .unavailable })
                try await server.start()
                #expect(await eventually(within: .seconds(10)) { latest.isLive })
            }
        }
    }

    @Test func aServerThatComesBackEmptyHasTheServiceBack() async throws {
        try await withServer { server in
            // The history that is lost is longer than the new one, and than that of a moment later.
            for number in 0..<20 { try await server.put("/elsewhere/\(number)", "x") }
            try await withEtcd(at: server.address) { other in
                try await other.register(record(name, node: "gone"), timeToLive: nil)
                try await other.register(record(name, node: "a"), timeToLive: nil)
                try await other.deregister(record(name, node: "gone"))
            }
            try await whileBeating(at: server.address) { observer, latest, log in
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

    @Test func compactionWhileTheWatchIsAway() async throws {
        try await withServer { server in
            try await withEtcd(at: server.address) { registry in
                try await registry.register(record(name, node: "early"), timeToLive: nil)
                let relay = try HTTPRelay(
                    to: try #require(server.address.split(separator: ":").last.flatMap { Int($0) }))
                defer { relay.stop() }
                try await withEtcd(configured(relay.address) { $0.longestWait = .milliseconds(300) }) { observer in
                    let latest = Latest(try observer.watch(name))
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

    @Test func aStoppedServerIsNoticedThoughItsConnectionsStay() async throws {
        try await withServer { server in
            let configuration = configured(server.address) {
                $0.timeout = .milliseconds(500)
                $0.longestWait = .seconds(1)
            }
            try await withEtcd(configuration) { registry in
                let latest = Latest(try registry.watch(name))
                #expect(await eventually { latest.isLive })
                server.signal(SIGSTOP)
                defer { server.signal(SIGCONT) }
                #expect(await eventually(within: .seconds(4)) { latest.cause?.code == .deadlineExceeded })
                #expect(await failureCode { _ = try await registry.lookUp(name) } == .deadlineExceeded)
                server.signal(SIGCONT)
                #expect(await eventually { latest.isLive })
            }
        }
    }

    @Test func theFirstAddressIsDeadOrDiesLater() async throws {
        let dead = try ScriptedServer { _ in }
        dead.stop()
        try await withServer { first in
            try await withServer { second in
                try await withEtcd(at: "\(dead.url),\(first.address),\(second.address)") { registry in
                    try await registry.register(record(name), timeToLive: .seconds(30))
                    #expect(try await registry.lookUp(name) == [record(name)])
                    let latest = Latest(try registry.watch(name))
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
        configured(server.address) {
            $0.user = user
            $0.password = Secret(password)
        }
    }

    @Test func onlyWhoMayIsServed() async throws {
        try await withServer(.init(rootPassword: "hunter2")) { server in
            try await server.addRole("reader", .read, prefix: "/micro/registry/")
            try await server.addUser("joe", password: "hunter3", roles: ["reader"])
            try await server.addUser("nobody", password: "hunter4")
            let log = LogRecorder()
            try await withEtcd(login(server, user: "root", "hunter2"), log: log) { root in
                try await root.register(record(name), timeToLive: .seconds(30))
                let latest = Latest(try root.watch(nil))
                #expect(await eventually { latest.value?[name] == [record(name)] })

                try await withEtcd(login(server, user: "joe", "hunter3"), log: log) { joe async throws in
                    #expect(try await joe.lookUp(name) == [record(name)])
                    let latest = Latest(try joe.watch(name))
                    #expect(await eventually { latest.value?[name] == [record(name)] })
                    let code = await failureCode { try await joe.register(record(name, node: "b"), timeToLive: nil) }
                    #expect(code == .permissionDenied)
                }
                for (user, password, code) in [
                    ("nobody", "hunter4", MicroError.Code.permissionDenied), ("root", "hunter3", .unauthenticated),
                    ("who", "hunter2", .unauthenticated), (nil, nil, .unauthenticated),
                ] {
                    let configuration = configured(server.address) {
                        $0.user = user
                        $0.password = password.map { Secret($0) }
                    }
                    try await withEtcd(configuration, log: log) { registry in
                        let error = try await #require(throws: MicroError.self) { try await registry.lookUp(name) }
                        #expect(error.code == code && !"\(error)".contains("hunter"), "\(error)")
                        let latest = Latest(try registry.watch(name))
                        #expect(await eventually { latest.cause?.code == code })
                    }
                }
                try await root.deregister(record(name))
            }
            #expect(!log.has("hunter"))
        }
    }

    /// Tokens are forgotten at a restart: one renewal, and nobody notices.
    @Test func aTokenThatIsForgottenIsRenewed() async throws {
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

    @Test(.enabled(if: Certificates.canBeMade, "needs openssl")) func onlyWhoIsTrustedAndTrustsIsServed() async throws {
        let (certificates, others) = (try await Certificates(), try await Certificates())
        let identity = try await certificates.identity("server", subjectAlternativeName: "IP:127.0.0.1")
        let own = try await certificates.identity("client", subjectAlternativeName: "DNS:client.test")
        let trusted = CurlTLS(
            certificateAuthorityFile: certificates.authorityFile, clientCertificateFile: own.certificate,
            clientKeyFile: own.key)
        let tls = EtcdServer.Settings.TLS(
            identity: identity, clientAuthorityFile: certificates.authorityFile, client: trusted)
        try await withServer(.init(tls: tls)) { server in
            func configuration(_ change: (inout EtcdConfiguration) -> Void = { _ in }) -> EtcdConfiguration {
                configured(server.address) {
                    $0.usesTLS = true
                    $0.certificateAuthorityFile = certificates.authorityFile
                    $0.clientCertificateFile = own.certificate
                    $0.clientKeyFile = own.key
                    change(&$0)
                }
            }
            try await withEtcd(configuration()) { registry in
                try await registry.register(record(name), timeToLive: .seconds(30))
                let latest = Latest(try registry.watch(name))
                #expect(await eventually { latest.value?[name] == [record(name)] })
            }
            let untrusted = configuration { $0.certificateAuthorityFile = others.authorityFile }
            let unnamed = configuration { ($0.clientCertificateFile, $0.clientKeyFile) = (nil, nil) }
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
@Suite(.whereEtcdCanBeStarted, .wherePartitionsCanBeMade, .etcdCluster, .serialized, .timeLimit(.minutes(3)))
struct EtcdClusterTests {
    private let cluster: EtcdCluster
    private let name = freshName()

    init() throws { cluster = try #require(EtcdCluster.current) }

    /// A member that has lost the others still answers, and its watches would be silent for ever.
    @Test func aMemberWithoutTheOthersIsLeft() async throws {
        let (alone, other) = (0, 1)
        let addresses = [alone, other].map { cluster.members[$0].address }.joined(separator: ",")
        try await withEtcd(at: addresses) { registry in
            let latest = Latest(try registry.watch(name))
            #expect(await eventually { latest.isLive })
            try cluster.partition(alone)
            defer { cluster.heal() }
            try await withEtcd(at: cluster.members[other].address) { writer in
                #expect(
                    await eventually {
                        await failureCode { try await writer.register(record(name), timeToLive: .seconds(60)) } == nil
                    })
                #expect(
                    await eventually(within: .seconds(20)) { latest.isLive && latest.value?[name] == [record(name)] })
                #expect(try await registry.lookUp(name) == [record(name)])
                try await writer.deregister(record(name))
            }
        }
    }

    @Test func theLeaderDies() async throws {
        try await withEtcd(at: cluster.addresses.joined(separator: ",")) { registry in
            // The members may still be choosing one: another test has just parted them.
            #expect(
                await eventually {
                    await failureCode { try await registry.register(record(name), timeToLive: .seconds(60)) } == nil
                })
            let latest = Latest(try registry.watch(name))
            #expect(await eventually { latest.value?[name] == [record(name)] })
            let leader = try await cluster.leader()
            await cluster.kill(leader)
            #expect(
                await eventually {
                    await failureCode { try await registry.register(record(name, port: 81), timeToLive: .seconds(60)) }
                        == nil
                })
            #expect(await eventually { latest.isLive && latest.value?[name] == [record(name, port: 81)] })
            try await cluster.start(leader)
            try await registry.deregister(record(name))
        }
    }
}
