// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import TestServers
import TestSupport
import Testing

/// What other tests take for granted of the NATS that they start.
@Suite(.whereNATSCanBeStarted, .nats, .serialized, .timeLimit(.minutes(2))) struct NATSServerTests {
    private let server: NATSServer

    init() throws { server = try #require(NATSServer.current) }

    @Test func whatJetStreamKeepsSurvivesAKillAndAStopButNotAWipe() async throws {
        let peer = try NATSPeer(server)
        peer.say(#"CONNECT {"verbose":false}"#)
        let stream = #"{"name":"KEPT","subjects":["kept"]}"#
        peer.say("SUB inbox 1", "PUB $JS.API.STREAM.CREATE.KEPT inbox \(stream.utf8.count)", stream)
        #expect(peer.hears(#""name":"KEPT""#))
        peer.say("PUB kept inbox 2", "hi")
        #expect(peer.hears(#""stream":"KEPT""#))
        try await server.restart()
        #expect(try await server.keptMessages() == 1)
        let began = ContinuousClock.now
        try await server.stop()
        #expect(ContinuousClock.now - began < .seconds(10))
        await #expect(throws: CurlError.self) { try await server.ask("/varz") }
        try await server.start()
        #expect(try await server.keptMessages() == 1)
        try await server.wipe()
        #expect(try await server.keptMessages() == 0)
    }

    @Test func theCensusCountsWhatClientsHaveOpen() async throws {
        let before = try await server.census()
        do {
            let peer = try NATSPeer(server)
            peer.say(#"CONNECT {"verbose":false}"#, "SUB a 1", "SUB b.* 2", "PING")
            #expect(peer.hears("PONG"))
            let received = try await server.messagesReceived()
            #expect(peer.publishes("hello", to: "b.c"))
            #expect(try await server.messagesReceived() == received + 1)
            let stream = #"{"name":"COUNTED","subjects":["counted"],"storage":"memory"}"#
            peer.say("SUB inbox 3", "PUB $JS.API.STREAM.CREATE.COUNTED inbox \(stream.utf8.count)", stream)
            #expect(peer.hears(#""name":"COUNTED""#))
            let consumer = #"{"stream_name":"COUNTED","config":{"durable_name":"one","ack_policy":"explicit"}}"#
            peer.say("PUB $JS.API.CONSUMER.DURABLE.CREATE.COUNTED.one inbox \(consumer.utf8.count)", consumer)
            #expect(peer.hears(#""name":"one""#))
            let census = try await server.census()
            #expect(census.connections == before.connections + 1)
            #expect(census.subscriptions == before.subscriptions + 3)
            #expect(census.consumers == before.consumers + 1)
        }
        #expect(
            await eventually {
                let after = try? await server.census()
                return after?.connections == before.connections && after?.subscriptions == before.subscriptions
            })
    }

    @Test func itSpeaksOverWebSocketsToo() async throws {
        let peer = try NATSPeer(at: String(server.webSocketURL.dropFirst("ws://".count)))
        peer.say(
            "GET / HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: websocket",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "")
        #expect(peer.hears("101 Switching Protocols"))
        #expect(peer.hears("INFO {"))
    }

    @Test func aStoppedProcessAnswersOnceItContinues() async throws {
        server.signal(SIGSTOP)
        await #expect(throws: CurlError.self) { try await server.ask("/varz") }
        server.signal(SIGCONT)
        #expect(try await server.ask("/varz").status == 200)
    }

    @Test func aLameDuckSaysSoAndClosesItsConnections() async throws {
        let peer = try NATSPeer(server)
        peer.say(#"CONNECT {"verbose":false,"protocol":1}"#, "PING")
        #expect(peer.hears("PONG"))
        server.enterLameDuckMode()
        #expect(peer.hears(#""ldm":true"#))
        #expect(peer.isClosed())
        try await server.restart()
        #expect(try await server.ask("/healthz").status == 200)
    }
}

/// Servers with settings of their own.
@Suite(.whereNATSCanBeStarted, .serialized, .timeLimit(.minutes(2))) struct NATSSettingsTests {
    @Test func onlyWhoKnowsThePasswordIsServed() async throws {
        try await expectServed(
            .init(credentials: .password(user: "john", "pass word")),
            by: #"CONNECT {"user":"john","pass":"pass word","verbose":false}"#,
            butNotBy: #"CONNECT {"user":"john","pass":"password","verbose":false}"#)
    }

    @Test func onlyWhoKnowsTheTokenIsServed() async throws {
        try await expectServed(
            .init(credentials: .token("5ecret")), by: #"CONNECT {"auth_token":"5ecret","verbose":false}"#,
            butNotBy: #"CONNECT {"verbose":false}"#)
    }

    @Test func limitsAndWhatIsLeftOutAreTold() async throws {
        var settings = NATSServer.Settings()
        settings.hasJetStream = false
        settings.maximumPayload = 1234
        settings.configuration = "server_name: plain"
        let server = try NATSServer(settings)
        try await server.start()
        let peer = try NATSPeer(server)
        #expect(peer.hears(#""server_name":"plain""#))
        #expect(peer.hears(#""max_payload":1234"#))
        #expect(try await server.census().connections == 1)
        #expect(try await server.ask("/jsz").text.contains(#""disabled": true"#))
        await server.end()
    }

    @Test(.enabled(if: Certificates.canBeMade, "needs openssl"), .whereNATSCanBeginWithTLS)
    func tlsCanBeginBeforeTheServerSaysAnything() async throws {
        let certificates = try await Certificates()
        let server = try NATSServer(try await .secure(certificates, isTLSFirst: true))
        try await server.start()
        let client = try Child(
            Machine.path(of: "openssl") ?? "",
            [
                "s_client", "-quiet", "-verify_return_error", "-CAfile", certificates.authorityFile, "-connect",
                server.address,
            ])
        #expect(await eventually { client.text.contains("INFO {") })
        await client.kill9()
        await server.end()
    }

    private func expectServed(
        _ settings: NATSServer.Settings, by connect: String, butNotBy wrong: String
    ) async throws {
        let server = try NATSServer(settings)
        try await server.start()
        let stranger = try NATSPeer(server)
        stranger.say(wrong, "PING")
        #expect(stranger.hears("Authorization Violation"))
        let friend = try NATSPeer(server)
        friend.say(connect, "PING")
        #expect(friend.hears("PONG"))
        await server.end()
    }
}

/// What other tests take for granted of three NATS servers.
@Suite(.whereNATSCanBeStarted, .natsCluster, .serialized, .timeLimit(.minutes(2))) struct NATSClusterTests {
    private let cluster: NATSCluster

    init() throws { cluster = try #require(NATSCluster.current) }

    @Test func messagesPassBetweenTheOthersWhenTheLeaderIsKilled() async throws {
        let first = try await cluster.leader()
        let subscriber = try await subscriber(at: (first + 1) % 3)
        let other = cluster.members[(first + 2) % 3]
        await cluster.kill(first)
        #expect(try publisher(at: other).publishes("hello", to: "greeting"))
        #expect(subscriber.hears("hello"))
        #expect(try await cluster.leader() != first)
        try await cluster.start(first)
        #expect(await eventually { await cluster.leader(accordingTo: first) != nil })
    }

    @Test func membersTellClientsOfEachOther() async throws {
        let peer = try NATSPeer(cluster.members[0])
        #expect(peer.hears("connect_urls"))
        #expect(await eventually { (try? NATSPeer(cluster.members[0]).hears(cluster.members[1].address)) ?? false })
    }

    @Test(.wherePartitionsCanBeMade) func nothingPassesToAMemberThatIsCutOffUntilItIsHealed() async throws {
        let follower = (try await cluster.leader() + 1) % 3
        let subscriber = try await subscriber(at: follower)
        try cluster.partition(follower)
        #expect(try publisher(at: cluster.members[(follower + 1) % 3]).publishes("late", to: "greeting"))
        #expect(subscriber.hearsNothing(for: .seconds(1)))
        cluster.heal()
        #expect(subscriber.hears("late"))
    }

    @Test(.wherePartitionsCanBeMade) func aLeaderThatIsCutOffIsReplaced() async throws {
        try await expectReplacement(cluster)
    }

    private func publisher(at member: NATSServer) throws -> NATSPeer {
        let peer = try NATSPeer(member)
        peer.say(#"CONNECT {"verbose":false}"#)
        return peer
    }

    /// Subscribes, and waits until the other members know.
    private func subscriber(at index: Int) async throws -> NATSPeer {
        let peer = try NATSPeer(cluster.members[index])
        peer.say(#"CONNECT {"verbose":false}"#, "SUB greeting 1", "PING")
        #expect(peer.hears("PONG"))
        for member in cluster.members where member !== cluster.members[index] {
            #expect(
                await eventually {
                    (try? await member.ask("/routez?subs=1"))?.text.contains(#""greeting""#) ?? false
                })
        }
        return peer
    }
}

extension NATSServer {
    /// How many messages JetStream has.
    func keptMessages() async throws -> Int {
        let answer = try JSONSerialization.jsonObject(with: Data(try await ask("/jsz").text.utf8)) as? [String: Any]
        return answer?["messages"] as? Int ?? -1
    }
}
