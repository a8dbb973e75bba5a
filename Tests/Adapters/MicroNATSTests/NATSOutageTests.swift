// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroNATS
import TestServers
import TestSupport
import Testing

/// Servers that are killed, halted, drained or not started.
@Suite(.requiresLocalNATS, .nats, .serialized, .timeLimit(.minutes(3))) struct NATSOutageTests {
    private let server: NATSServer

    init() throws { server = try #require(NATSServer.current) }

    @Test func brokerConnectsOnceServerStarts() async throws {
        await server.kill()
        let configuration = configuration(server.url) { $0.timeout = .milliseconds(300) }
        try await withBrokers(configuration) { publisher, subscriber in
            // The server starts only after this publication has failed.
            let error = await #expect(throws: MicroError.self) {
                try await publisher.publish(BrokerMessage(text: "hi"), to: "t")
            }
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains(server.address) == true)
            #expect(error?.isSafeToRetry == true)
            try await server.start()
            let inbox = try await retryUntilSuccess { DeliveryCollector(try await subscriber.subscribe(to: "t")) }
            try await retryUntilSuccess { try await publisher.publish(BrokerMessage(text: "hello"), to: "t") }
            #expect(await inbox.waitForCount(1))
        }
        try await restartServerIfNeeded()
    }

    @Test func outageAndItsEndAreLoggedAtOneLevel() async throws {
        let log = LogRecorder()
        try await withBrokers(configuration(server.url), logger: log.logger) { publisher, _ in
            try await publisher.publish(BrokerMessage(text: "hi"), to: "t")
            await server.kill()
            #expect(await eventually { log.hasOutage(of: "NATS") })
            try await server.start()
            #expect(await eventually(within: .seconds(20)) { log.hasRecovery(of: "NATS") })
        }
        #expect(log.outageCount == 1, "\(log.text)")
    }

    @Test func lostConnectionIsProblemUntilServerReturns() async throws {
        try await withTransport(server.url) { transport in
            let listener = try await transport.bind(to: Address(host: "greeter-1"))
            try await withBrokers(configuration(server.url)) { _, subscriber in
                let subscription = try await subscriber.subscribe(to: "t")
                #expect(subscription.problem == nil && listener.problem == nil)
                await server.kill()
                #expect(await eventually { subscription.problem != nil && listener.problem != nil })
                #expect(subscription.problem?.message.contains(server.address) == true)
                #expect(listener.problem?.message.contains(server.address) == true)
                try await server.start()
                #expect(
                    await eventually(within: .seconds(20)) { subscription.problem == nil && listener.problem == nil })
            }
            await listener.drain(deadline: .now)
        }
    }

    @Test func subscriptionsResumeAfterServerRestart() async throws {
        try await withBrokers(configuration(server.url)) { publisher, subscriber in
            let grouped = try await [
                DeliveryCollector(subscriber.subscribe(to: "t", queue: "q")),
                DeliveryCollector(subscriber.subscribe(to: "t", queue: "q")),
            ]
            let all = DeliveryCollector(try await subscriber.subscribe(to: "*"))
            for round in 1...3 {
                try await server.restart()
                // A publication waits for the restart. A publication that the old process had accepted is lost.
                #expect(
                    await eventually {
                        try? await publisher.publish(BrokerMessage(text: "\(round)"), to: "t")
                        return all.texts.contains("\(round)") && grouped.contains { $0.texts.contains("\(round)") }
                    })
            }
            let count = all.deliveries.count
            #expect(await eventually { grouped.reduce(0) { $0 + $1.deliveries.count } == count })
            #expect(try await server.resourceCounts().connections == 2)
        }
    }

    @Test func stalledServerIsDetected() async throws {
        let configuration = configuration(server.url) {
            $0.timeout = .milliseconds(500)
            $0.pingInterval = .milliseconds(200)
        }
        try await withBrokers(configuration) { publisher, subscriber in
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: "t"))
            try await publisher.publish(BrokerMessage(text: "before"), to: "t")
            #expect(await inbox.waitForCount(1))
            server.signal(SIGSTOP)
            // With at-most-once delivery, a publication may succeed until the dead connection is detected.
            #expect(
                await eventually(within: .seconds(10)) {
                    do { try await publisher.publish(BrokerMessage(text: "lost"), to: "x") } catch {
                        return [.unavailable, .deadlineExceeded].contains((error as? MicroError)?.code)
                    }
                    return false
                })
            let error = await #expect(throws: MicroError.self) { try await subscriber.subscribe(to: "y") }
            #expect([.unavailable, .deadlineExceeded].contains(error?.code))
            server.signal(SIGCONT)
            #expect(
                await eventually {
                    try? await publisher.publish(BrokerMessage(text: "after"), to: "t")
                    return inbox.texts.contains("after")
                })
        }
        try await restartServerIfNeeded()
    }

    /// A server in lame duck mode closes the connections of its clients after a second.
    @Test func lameDuckServerIsLeft() async throws {
        let other = try NATSServer()
        try await other.start()
        let configuration = configuration("\(server.url),\(other.url)")
        try await withBrokers(configuration) { publisher, subscriber in
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: "t"))
            try await publisher.publish(BrokerMessage(text: "before"), to: "t")
            #expect(await inbox.waitForCount(1))
            server.enterLameDuckMode()
            #expect(await eventually { (try? await other.resourceCounts())?.connections == 2 })
            #expect(
                await eventually {
                    try? await publisher.publish(BrokerMessage(text: "after"), to: "t")
                    return inbox.texts.contains("after")
                })
        }
        await other.end()
        await server.kill()
        try await restartServerIfNeeded()
    }

    @Test func closeReturnsPromptlyWithoutServer() async throws {
        let broker = try NATSBroker(configuration: configuration(server.url))
        let subscription = try await broker.subscribe(to: "t")
        await server.kill()
        let took = await ContinuousClock().measure { await broker.close(deadline: .now + .seconds(60)) }
        #expect(took < .seconds(30))
        for await _ in subscription { Issue.record("nothing was published") }
        let error = await #expect(throws: MicroError.self) { try await broker.publish(BrokerMessage(), to: "t") }
        #expect(error?.code == .closed)
        await broker.close()
        try await restartServerIfNeeded()
    }

    private func restartServerIfNeeded() async throws { if server.processID == nil { try await server.start() } }

    /// Repeats an operation until it succeeds.
    private func retryUntilSuccess<Value>(_ body: () async throws -> Value) async throws -> Value {
        for _ in 0..<100 {
            do { return try await body() } catch is MicroError {}
        }
        return try await body()
    }
}

/// A cluster of three servers, one of which is configured.
@Suite(.faultRun, .requiresLocalNATS, .natsCluster, .serialized, .timeLimit(.minutes(3))) struct NATSClusterTests {
    @Test(arguments: [false, true]) func discoveredServersAreUsedAfterFailure(_ overWebSocket: Bool) async throws {
        let cluster = try #require(NATSCluster.current)
        let addresses = cluster.members.map { overWebSocket ? $0.webSocketURL : $0.url }
        let publisher = try NATSBroker(configuration: configuration(addresses[0]))
        let subscriber = try NATSBroker(configuration: configuration(addresses[1]))
        let inbox = DeliveryCollector(try await subscriber.subscribe(to: "t"))
        #expect(
            await eventually {
                try? await publisher.publish(BrokerMessage(text: "before"), to: "t")
                return !inbox.deliveries.isEmpty
            })
        await cluster.kill(0)
        await cluster.kill(1)
        #expect(
            await eventually {
                try? await publisher.publish(BrokerMessage(text: "after"), to: "t")
                return inbox.texts.contains("after")
            })
        await publisher.close()
        await subscriber.close()
        try await cluster.start(0)
        try await cluster.start(1)
    }

    /// The leader of the replicated consumer is killed: a new one is elected within some seconds.
    @Test func subscriptionResumesAfterLeaderLoss() async throws {
        let cluster = try #require(NATSCluster.current)
        var stream = NATSStream(name: "REPLICATED")
        stream.replicas = 3
        let configuration = configuration(cluster.members.map(\.url).joined(separator: ",")) { [stream] in
            $0.delivery = .atLeastOnce(stream: stream)
            $0.timeout = .seconds(15)
        }
        try await withBrokers(configuration) { publisher, subscriber in
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: "replicated", queue: "q"))
            for round in 0..<3 {
                try await publisher.publish(BrokerMessage(text: "before \(round)"), to: "replicated")
                #expect(await eventually { inbox.texts.contains("before \(round)") })
                // The leader of the consumer is one of the three.
                let leader = try await cluster.consumerLeader(of: "REPLICATED")
                let began = ContinuousClock.now
                await cluster.kill(leader)
                try await publisher.publish(BrokerMessage(text: "after \(round)"), to: "replicated")
                #expect(await eventually { inbox.texts.contains("after \(round)") })
                // A lost request for messages would be repeated only when it expires, up to 30 s later.
                #expect(ContinuousClock.now - began < .seconds(20))
                try await cluster.start(leader)
                _ = try await cluster.leader()
            }
        }
    }
}

private struct JetStreamStatus: Decodable {
    struct Account: Decodable { let streamDetail: [Stream]? }
    struct Stream: Decodable {
        let name: String
        let consumerDetail: [Consumer]?
    }
    struct Consumer: Decodable {
        struct Group: Decodable { let leader: String? }
        let cluster: Group?
    }
    let accountDetails: [Account]?
}

extension Cluster where Member == NATSServer {
    /// The member that leads the only consumer of a stream.
    fileprivate func consumerLeader(of stream: String) async throws -> Int {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        for member in members {
            guard let (_, text) = try? await member.request("/jsz?consumers=true"),
                let response = try? decoder.decode(JetStreamStatus.self, from: Data(text.utf8))
            else { continue }
            let consumers = (response.accountDetails ?? []).flatMap { $0.streamDetail ?? [] }
                .filter { $0.name == stream }.flatMap { $0.consumerDetail ?? [] }
            if let leader = consumers.compactMap({ $0.cluster?.leader }).first,
                let index = Int(leader.split(separator: "-").last ?? "")
            {
                return index
            }
        }
        return try await leader()
    }
}
