// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import TestServers
import TestSupport
import Testing

/// The NATS server that other tests start.
@Suite(.requiresLocalNATS, .nats, .serialized, .timeLimit(.minutes(2))) struct NATSServerTests {
    private let server: NATSServer

    init() throws { server = try #require(NATSServer.current) }

    @Test func jetStreamDataSurvivesKillAndStopButNotWipe() async throws {
        let peer = try RawNATSClient(server)
        peer.send(#"CONNECT {"verbose":false}"#)
        let stream = #"{"name":"KEPT","subjects":["kept"]}"#
        peer.send("SUB inbox 1", "PUB $JS.API.STREAM.CREATE.KEPT inbox \(stream.utf8.count)", stream)
        #expect(peer.receives(#""name":"KEPT""#))
        peer.send("PUB kept inbox 2", "hi")
        #expect(peer.receives(#""stream":"KEPT""#))
        try await server.restart()
        #expect(try await server.storedMessageCount() == 1)
        // Throws if SIGTERM is not enough.
        try await server.stop()
        await #expect(throws: CurlError.self) { try await server.request("/varz") }
        try await server.start()
        #expect(try await server.storedMessageCount() == 1)
        try await server.wipe()
        #expect(try await server.storedMessageCount() == 0)
    }

    @Test func resourceCountsIncludeClientResources() async throws {
        let before = try await server.resourceCounts()
        do {
            let peer = try RawNATSClient(server)
            peer.send(#"CONNECT {"verbose":false}"#, "SUB a 1", "SUB b.* 2", "PING")
            #expect(peer.receives("PONG"))
            let received = try await server.messagesReceived()
            #expect(peer.publishes("hello", to: "b.c"))
            #expect(try await server.messagesReceived() == received + 1)
            let stream = #"{"name":"COUNTED","subjects":["counted"],"storage":"memory"}"#
            peer.send("SUB inbox 3", "PUB $JS.API.STREAM.CREATE.COUNTED inbox \(stream.utf8.count)", stream)
            #expect(peer.receives(#""name":"COUNTED""#))
            let consumer = #"{"stream_name":"COUNTED","config":{"durable_name":"one","ack_policy":"explicit"}}"#
            peer.send("PUB $JS.API.CONSUMER.DURABLE.CREATE.COUNTED.one inbox \(consumer.utf8.count)", consumer)
            #expect(peer.receives(#""name":"one""#))
            let resourceCounts = try await server.resourceCounts()
            #expect(resourceCounts.connections == before.connections + 1)
            #expect(resourceCounts.subscriptions == before.subscriptions + 3)
            #expect(resourceCounts.consumers == before.consumers + 1)
        }
        #expect(
            await eventually {
                let after = try? await server.resourceCounts()
                return after?.connections == before.connections && after?.subscriptions == before.subscriptions
            })
    }

    @Test func webSocketConnectionsAreAccepted() async throws {
        let peer = try RawNATSClient(at: String(server.webSocketURL.dropFirst("ws://".count)))
        peer.send(
            "GET / HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: websocket",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "")
        #expect(peer.receives("101 Switching Protocols"))
        #expect(peer.receives("INFO {"))
    }

    @Test func suspendedProcessRespondsAfterResume() async throws {
        server.signal(SIGSTOP)
        await #expect(throws: CurlError.self) { try await server.request("/varz") }
        server.signal(SIGCONT)
        #expect(try await server.request("/varz").status == 200)
    }

    @Test func lameDuckModeIsAnnouncedAndClosesConnections() async throws {
        let peer = try RawNATSClient(server)
        peer.send(#"CONNECT {"verbose":false,"protocol":1}"#, "PING")
        #expect(peer.receives("PONG"))
        server.enterLameDuckMode()
        #expect(peer.receives(#""ldm":true"#))
        #expect(peer.isClosed())
        try await server.restart()
        #expect(try await server.request("/healthz").status == 200)
    }
}

/// NATS servers with other settings.
@Suite(.requiresLocalNATS, .startsServers, .serialized, .timeLimit(.minutes(2))) struct NATSSettingsTests {
    @Test func passwordIsRequired() async throws {
        try await expectOnlyAuthorizedClientIsServed(
            .init(credentials: .password(user: "john", "pass word")),
            by: #"CONNECT {"user":"john","pass":"pass word","verbose":false}"#,
            butNotBy: #"CONNECT {"user":"john","pass":"password","verbose":false}"#)
    }

    @Test func tokenIsRequired() async throws {
        try await expectOnlyAuthorizedClientIsServed(
            .init(credentials: .token("5ecret")), by: #"CONNECT {"auth_token":"5ecret","verbose":false}"#,
            butNotBy: #"CONNECT {"verbose":false}"#)
    }

    @Test func configuredLimitsAreReported() async throws {
        var settings = NATSServer.Settings()
        settings.hasJetStream = false
        settings.maximumPayload = 1234
        settings.configuration = "server_name: plain"
        let server = try NATSServer(settings)
        try await server.start()
        let peer = try RawNATSClient(server)
        #expect(peer.receives(#""server_name":"plain""#))
        #expect(peer.receives(#""max_payload":1234"#))
        #expect(try await eventually { try await server.resourceCounts().connections == 1 })
        #expect(try await server.request("/jsz").text.contains(#""disabled": true"#))
        await server.end()
    }

    @Test(.enabled(if: Certificates.canBeCreated, "needs openssl"), .requiresNATSHandshakeFirst)
    func tlsFirstHandshakeIsSupported() async throws {
        let certificates = try await Certificates()
        let server = try NATSServer(try await .secure(certificates, isTLSFirst: true))
        try await server.start()
        let client = try ChildProcess(
            Machine.path(of: "openssl") ?? "",
            [
                "s_client", "-quiet", "-verify_return_error", "-CAfile", certificates.certificateAuthorityFile,
                "-connect",
                server.address,
            ])
        #expect(await eventually { client.text.contains("INFO {") })
        await client.forceKill()
        await server.end()
    }

    private func expectOnlyAuthorizedClientIsServed(
        _ settings: NATSServer.Settings, by connect: String, butNotBy wrong: String
    ) async throws {
        let server = try NATSServer(settings)
        try await server.start()
        let unauthorizedClient = try RawNATSClient(server)
        unauthorizedClient.send(wrong, "PING")
        #expect(unauthorizedClient.receives("Authorization Violation"))
        let authorizedClient = try RawNATSClient(server)
        authorizedClient.send(connect, "PING")
        #expect(authorizedClient.receives("PONG"))
        await server.end()
    }
}

/// The NATS cluster that other tests use.
@Suite(.faultRun, .requiresLocalNATS, .natsCluster, .serialized, .timeLimit(.minutes(2))) struct NATSClusterTests {
    private let cluster: NATSCluster

    init() throws { cluster = try #require(NATSCluster.current) }

    @Test func messagesAreDeliveredWhenLeaderIsKilled() async throws {
        let first = try await cluster.leader()
        let subscriber = try await subscriber(at: (first + 1) % 3)
        let other = cluster.members[(first + 2) % 3]
        await cluster.kill(first)
        #expect(try publisher(at: other).publishes("hello", to: "greeting"))
        #expect(subscriber.receives("hello"))
        #expect(try await cluster.leader() != first)
        try await cluster.start(first)
        #expect(await eventually { await cluster.leader(accordingTo: first) != nil })
    }

    @Test func membersAnnounceEachOtherToClients() async throws {
        let peer = try RawNATSClient(cluster.members[0])
        #expect(peer.receives("connect_urls"))
        #expect(
            await eventually { (try? RawNATSClient(cluster.members[0]).receives(cluster.members[1].address)) ?? false })
    }

    @Test(.requiresNetworkPartitions) func partitionedMemberReceivesNothingUntilHealed() async throws {
        let follower = (try await cluster.leader() + 1) % 3
        let subscriber = try await subscriber(at: follower)
        try cluster.partition(follower)
        #expect(try publisher(at: cluster.members[(follower + 1) % 3]).publishes("late", to: "greeting"))
        #expect(subscriber.receivesNothing(for: .seconds(1)))
        cluster.heal()
        #expect(subscriber.receives("late"))
    }

    @Test(.requiresNetworkPartitions) func partitionedLeaderIsReplaced() async throws {
        try await expectPartitionedLeaderIsReplaced(cluster)
    }

    private func publisher(at member: NATSServer) throws -> RawNATSClient {
        let peer = try RawNATSClient(member)
        peer.send(#"CONNECT {"verbose":false}"#)
        return peer
    }

    /// Subscribes, and waits until the subscription has reached the other members.
    private func subscriber(at index: Int) async throws -> RawNATSClient {
        let peer = try RawNATSClient(cluster.members[index])
        peer.send(#"CONNECT {"verbose":false}"#, "SUB greeting 1", "PING")
        #expect(peer.receives("PONG"))
        for member in cluster.members where member !== cluster.members[index] {
            #expect(
                await eventually {
                    (try? await member.request("/routez?subs=1"))?.text.contains(#""greeting""#) ?? false
                })
        }
        return peer
    }
}

extension NATSServer {
    /// The number of messages in JetStream.
    func storedMessageCount() async throws -> Int {
        let response =
            try JSONSerialization.jsonObject(with: Data(try await request("/jsz").text.utf8)) as? [String: Any]
        return response?["messages"] as? Int ?? -1
    }
}
