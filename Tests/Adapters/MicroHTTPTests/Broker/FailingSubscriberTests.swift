// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroHTTP
import TestServers
import TestSupport
import Testing

/// Registered subscribers that do not accept messages.
@Suite(.timeLimit(.minutes(1))) struct FailingSubscriberTests {
    /// A way in which a subscriber fails.
    enum SubscriberFailure: String, CaseIterable, Sendable {
        case unreachable, silent, closingConnection, failing, malformedResponse

        /// Whether the message was definitely not received, so that another member of the queue is tried.
        var isCertainlyUndelivered: Bool { self == .unreachable }

        func makeServer() throws -> ScriptedServer {
            try ScriptedServer { connection in
                guard try connection.readRequest() != nil else { return }
                switch self {
                case .unreachable, .closingConnection: return
                case .silent: _ = connection.readToEnd()
                case .failing: try connection.write(ScriptedResponse(status: 500))
                case .malformedResponse: try connection.write("nonsense\r\n\r\n")
                }
            }
        }
    }

    /// Registers a failing subscriber while the body runs.
    private func withFailingSubscriber(
        _ failure: SubscriberFailure, queue: String = "ff.http.broadcast", in brokers: BrokerFixture,
        _ body: (ScriptedServer) async throws -> Void
    ) async throws {
        let server = try failure.makeServer()
        defer { server.stop() }
        if failure == .unreachable { server.stop() }
        try await brokers.registry.addSubscriber(of: "t", queue: queue, port: server.port)
        try await body(server)
    }

    @Test(arguments: SubscriberFailure.allCases) func otherSubscribersStillReceive(_ failure: SubscriberFailure)
        async throws
    {
        let brokers = BrokerFixture.inMemory { $0.timeout = .seconds(60) }
        try await withFailingSubscriber(failure, in: brokers) { server in
            try await brokers.run { subscriber, publisher in
                let broadcast = try await subscriber.subscribe(to: "t")
                let queued = try await subscriber.subscribe(to: "t", queue: "q")
                async let published: Void = publisher.publish(BrokerMessage(text: "1"), to: "t")
                // Immediately, not after the timeout of the failing one.
                for subscription in [broadcast, queued] {
                    #expect(try await subscription.first(1, within: .seconds(30)).map(\.text) == ["1"])
                }
                // A silent subscriber fails when its connection ends.
                server.stop()
                try await published
                #expect(brokers.log.has("warning", "a message was not delivered to all subscribers"))
            }
        }
    }

    @Test(arguments: SubscriberFailure.allCases) func onlySubscriberFailingFailsPublish(_ failure: SubscriberFailure)
        async throws
    {
        let brokers = BrokerFixture.inMemory { $0.timeout = .milliseconds(500) }
        try await withFailingSubscriber(failure, in: brokers) { _ in
            try await brokers.run { _, publisher in
                let error = try await microError { try await publisher.publish(BrokerMessage(), to: "t") }
                #expect(error.code == (failure == .silent ? .deadlineExceeded : .unavailable), "\(error)")
                #expect(error.origin == MicroError.Origin.broker)
                #expect(error.message.contains("none of the 1 known subscribers of t"), "\(error)")
                #expect(error.isSafeToRetry == failure.isCertainlyUndelivered)
                // Other topics are not affected.
                try await publisher.publish(BrokerMessage(), to: "u")
            }
        }
    }

    @Test(arguments: SubscriberFailure.allCases) func queueTriesAnotherMemberOnlyIfUndelivered(
        _ failure: SubscriberFailure
    ) async throws {
        let brokers = BrokerFixture.inMemory { if failure == .silent { $0.timeout = .milliseconds(500) } }
        try await withFailingSubscriber(failure, queue: "q", in: brokers) { _ in
            try await brokers.run { subscriber, publisher in
                let subscription = try await subscriber.subscribe(to: "t", queue: "q")
                // The member that is tried first is random.
                var failures = 0
                for _ in 0..<20 where failures == 0 || failure.isCertainlyUndelivered {
                    do { try await publisher.publish(BrokerMessage(), to: "t") } catch { failures += 1 }
                }
                #expect(failure.isCertainlyUndelivered ? failures == 0 : failures == 1)
                if failure.isCertainlyUndelivered { #expect(try await subscription.first(20).count == 20) }
            }
        }
    }

    /// A publisher that has not noticed the deregistration yet.
    @Test func stoppingSubscriberIsNotAFailure() async throws {
        let brokers = BrokerFixture.inMemory()
        let requests = Counter()
        let stopping = try ScriptedServer { _ in
            requests.add()
            let error = #"{"id":"micro.server","code":503,"detail":"x is stopping","status":"Service Unavailable"}"#
            return ScriptedResponse(headers: [("Micro-Error", error)], text: "")
        }
        defer { stopping.stop() }
        try await brokers.registry.addSubscriber(of: "t", queue: "q", port: stopping.port)
        try await brokers.run { subscriber, publisher in
            try await publisher.publish(BrokerMessage(), to: "t")
            #expect(requests.value == 1)
            let subscription = try await subscriber.subscribe(to: "t", queue: "q")
            for _ in 0..<20 { try await publisher.publish(BrokerMessage(), to: "t") }
            #expect(try await subscription.first(20).count == 20)
        }
    }

    /// Otherwise, every second event of the queue would fail as long as the member is registered.
    @Test func memberThatDoesNotRespondIsTriedLast() async throws {
        let brokers = BrokerFixture.inMemory { $0.timeout = .milliseconds(500) }
        try await withFailingSubscriber(.silent, queue: "q", in: brokers) { _ in
            try await brokers.run { subscriber, publisher in
                let subscription = try await subscriber.subscribe(to: "t", queue: "q")
                var failures = 0
                for _ in 0..<40 {
                    do { try await publisher.publish(BrokerMessage(), to: "t") } catch { failures += 1 }
                }
                #expect(failures <= 1)
                #expect(try await subscription.first(40 - failures).count == 40 - failures)
            }
        }
    }

    @Test func tlsOnlySubscriberFailsPublish() async throws {
        let brokers = BrokerFixture.inMemory()
        let node = Node(id: "broker-1.1", address: "127.0.0.1", port: 1, metadata: ["secure": "true"])
        try await brokers.registry.register(
            ServiceRecord(name: "topic:t", version: "q", nodes: [node]), timeToLive: nil)
        try await brokers.run { _, publisher in
            let error = try await microError { try await publisher.publish(BrokerMessage(), to: "t") }
            #expect(error.code == .unavailable && error.message.contains("TLS"), "\(error)")
        }
    }

    @Test func closeEndsPublishToSilentSubscriber() async throws {
        let brokers = BrokerFixture.inMemory()
        try await withFailingSubscriber(.silent, in: brokers) { server in
            try await brokers.run { _, publisher in
                let publishing = Task { try await publisher.publish(BrokerMessage(), to: "t") }
                #expect(await eventually { server.openConnections == 1 })
                await publisher.close(deadline: .now + .milliseconds(50))
                let error = try await microError { try await publishing.value }
                #expect(error.code == .closed, "\(error)")
            }
        }
    }
}
