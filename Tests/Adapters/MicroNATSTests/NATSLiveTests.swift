// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroNATS
import NIOCore
import TestServers
import TestSupport
import Testing

/// The parts of the broker that are specific to NATS, with a real server. `MicroConformanceTests` has the contract's
/// cases.
@Suite(.requiresNATS, .nats, .serialized, .timeLimit(.minutes(2))) struct NATSLiveTests {
    private let server: NATSServer

    init() throws { server = try #require(NATSServer.current) }

    @Test func tcpAndWebSocketInteroperate() async throws {
        let topic = String.uniqueTopic()
        for (from, to) in [(server.url, server.webSocketURL), (server.webSocketURL, server.url)] {
            let publisher = try NATSBroker(configuration: configuration(from))
            let subscriber = try NATSBroker(configuration: configuration(to))
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: topic))
            for number in 0..<1000 {
                try await publisher.publish(
                    BrokerMessage(headers: ["number": "\(number)"], body: ByteBuffer(repeating: 7, count: number * 10)),
                    to: topic)
            }
            #expect(await inbox.waitForCount(1000))
            #expect(inbox.deliveries.map { $0.message.headers["number"] } == (0..<1000).map { "\($0)" })
            #expect(inbox.deliveries.map(\.message.body.readableBytes) == (0..<1000).map { $0 * 10 })
            await publisher.close()
            await subscriber.close()
        }
    }

    /// A payload recorded from go-micro's broker.
    @Test func goMicroMessagesRoundTrip() async throws {
        let recorded =
            #"{"Header":{"Content-Type":"application/json","Micro-From-Service":"greeter-cli","Micro-Id":"7b88e397","Micro-Topic":"events.hello","X-User-Id":"john"},"Body":"eyJuYW1lIjoiSnNvbiJ9Cg=="}"#
        let topic = String.uniqueTopic("hello")
        let peer = try RawNATSClient(server)
        peer.send(#"CONNECT {"verbose":false,"pedantic":false,"lang":"go","version":"1.7.0","protocol":1,"echo":true}"#)
        try await withBrokers(configuration(server.url) { $0.format = .goMicro }) { publisher, subscriber in
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: topic))
            #expect(peer.publishes(recorded, to: topic))
            #expect(await inbox.waitForCount(1))
            let message = try #require(inbox.deliveries.first?.message)
            #expect(String(buffer: message.body) == "{\"name\":\"Json\"}\n")
            #expect(message.headers["Content-Type"] == "application/json" && message.headers["X-User-Id"] == "john")
            #expect(message.headers.count == 5)

            peer.send("SUB \(topic) 1", "PING")
            #expect(peer.receives("PONG"))
            try await publisher.publish(message, to: topic)
            #expect(peer.receives("MSG \(topic) 1 \(recorded.utf8.count)\r\n\(recorded)\r\n"))
            #expect(!publisher.capabilities.features.contains(.repeatedHeaders))
        }
    }

    @Test func closingBrokerRejectsNewOperations() async throws {
        let broker = try NATSBroker(configuration: configuration(server.url))
        let topic = String.uniqueTopic()
        // Closing waits for a reader that has not consumed its deliveries.
        let subscription = try await broker.subscribe(to: topic)
        try await broker.publish(BrokerMessage(text: "1"), to: topic)
        let closing = Task { await broker.close(deadline: .now + .seconds(20)) }
        let isRefused = await eventually(within: .seconds(10)) {
            do { try await broker.publish(BrokerMessage(text: "2"), to: topic) } catch {
                return (error as? MicroError)?.code == .closed
            }
            return false
        }
        #expect(isRefused)
        let error = await #expect(throws: MicroError.self) { _ = try await broker.subscribe(to: topic) }
        #expect(error?.code == .closed)
        var last = ""
        for await delivery in subscription { last = String(buffer: delivery.message.body) }
        await closing.value
        // Messages that arrived before the close were delivered.
        #expect(!last.isEmpty)
    }

    /// A payload that only resembles an envelope is delivered as it is.
    @Test(arguments: [
        #"{"Header":{"a":1},"Body":""}"#, #"{"Header":{},"Body":"*"}"#, #"{"Header":{},"Other":1}"#, "{\"Header\":",
    ])
    func invalidEnvelopesAreDeliveredVerbatim(_ text: String) async throws {
        let topic = String.uniqueTopic()
        let peer = try RawNATSClient(server)
        peer.send(#"CONNECT {"verbose":false}"#)
        try await withBrokers(configuration(server.url)) { _, subscriber in
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: topic))
            #expect(peer.publishes(text, to: topic))
            #expect(await inbox.waitForCount(1))
            #expect(inbox.texts == [text])
        }
    }

    @Test func requestWithoutResponderIsNotFound() async throws {
        let topic = String.uniqueTopic()
        try await withBrokers(configuration(server.url)) { publisher, subscriber in
            // At the deadline, the error would be another one.
            let error = await #expect(throws: MicroError.self) {
                try await publisher.request(BrokerMessage(text: "hi"), to: topic, deadline: .now + .seconds(60))
            }
            #expect(error?.code == .notFound)
            let subscription = try await subscriber.subscribe(to: topic)
            let task = Task {
                for await delivery in subscription {
                    #expect(delivery.isRequest)
                    try await delivery.reply(with: BrokerMessage(headers: ["is": "reply"], body: delivery.message.body))
                }
            }
            let replies = try await withThrowingTaskGroup(of: (String, BrokerMessage).self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let message = BrokerMessage(text: "\(number)")
                        return (
                            "\(number)", try await publisher.request(message, to: topic, deadline: .now + .seconds(10))
                        )
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(replies.allSatisfy { String(buffer: $0.1.body) == $0.0 && $0.1.headers == ["is": "reply"] })
            await subscription.cancel()
            _ = await task.result
            let late = await #expect(throws: MicroError.self) {
                let silent = try await subscriber.subscribe(to: topic)
                defer { _ = silent }
                _ = try await publisher.request(
                    BrokerMessage(text: "hi"), to: topic, deadline: .now + .milliseconds(200))
            }
            #expect(late?.code == .deadlineExceeded)
        }
    }

    /// A larger payload would make the server close the connection.
    @Test func payloadLimitIsCheckedBeforeSending() async throws {
        let topic = String.uniqueTopic()
        try await withBrokers(configuration(server.url)) { publisher, subscriber in
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: topic))
            try await publisher.publish(BrokerMessage(text: "first"), to: topic)
            let largest = publisher.capabilities.maxBodySize
            #expect(largest == 1024 * 1024)
            let tooLarge = [
                BrokerMessage(body: ByteBuffer(repeating: 1, count: largest + 1)),
                BrokerMessage(headers: ["k": "v"], body: ByteBuffer(repeating: 1, count: largest)),
            ]
            for message in tooLarge {
                let error = await #expect(throws: MicroError.self) { try await publisher.publish(message, to: topic) }
                #expect(error?.code == .payloadTooLarge)
            }
            try await publisher.publish(BrokerMessage(body: ByteBuffer(repeating: 1, count: largest)), to: topic)
            #expect(await inbox.waitForCount(2))
            #expect(inbox.deliveries.last?.message.body.readableBytes == largest)
        }
    }

    @Test func cancelledSubscriptionsAreRemovedFromServer() async throws {
        let before = try await server.resourceCounts()
        try await withBrokers(configuration(server.url)) { publisher, subscriber in
            for _ in 0..<200 {
                let subscription = try await subscriber.subscribe(to: .uniqueTopic())
                await subscription.cancel()
            }
            // A released subscription has ended, too.
            _ = try await subscriber.subscribe(to: .uniqueTopic())
            #expect(
                await eventually {
                    (try? await server.resourceCounts())?.subscriptions == before.subscriptions
                })
        }
        #expect(
            await eventually {
                (try? await server.resourceCounts())?.connections == before.connections
            })
    }

    @Test func manyTasksPublishAtOnce() async throws {
        let topic = String.uniqueTopic()
        try await withBrokers(configuration(server.url)) { publisher, subscriber in
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: topic))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<16 {
                    group.addTask {
                        for number in 0..<1000 {
                            try await publisher.publish(BrokerMessage(text: "\(task) \(number)"), to: topic)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(await inbox.waitForCount(16_000))
            for task in 0..<16 {
                #expect(inbox.texts.filter { $0.hasPrefix("\(task) ") } == (0..<1000).map { "\(task) \($0)" })
            }
        }
    }
}
