// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroRabbitMQ
import TestServers
import TestSupport
import Testing

/// Behavior specific to RabbitMQ, against a real server: the contract's cases are in `MicroConformanceTests`.
@Suite(.requiresLocalRabbitMQ, .rabbitMQ, .serialized, .timeLimit(.minutes(3))) struct RabbitMQLiveTests {
    private let server: RabbitMQServer

    init() throws { server = try #require(RabbitMQServer.current) }

    @Test func outageAndItsEndAreLoggedAtOneLevel() async throws {
        let log = LogRecorder()
        let broker = try RabbitMQBroker(configuration: configuration(server.url), logger: log.logger)
        try await broker.publish(BrokerMessage(text: "hi"), to: "t")
        await server.kill()
        #expect(await eventually { log.hasOutage(of: "RabbitMQ") })
        try await server.start()
        #expect(await eventually(within: .seconds(30)) { log.hasRecovery(of: "RabbitMQ") })
        await broker.close(deadline: .now + .seconds(2))
        // The end of the connection at a close is no outage.
        #expect(log.outageCount == 1, "\(log.text)")
    }

    /// A memory alarm blocks connections that publish. Deliveries and acknowledgements must continue.
    @Test func memoryAlarmStopsPublicationsButNotDeliveries() async throws {
        let topic = String.uniqueTopic()
        let configuration = configuration(server.url, .atLeastOnce) { $0.timeout = .seconds(2) }
        try await withBrokers(configuration) { publisher, subscriber in
            var options = SubscribeOptions()
            options.maxInFlight = 1
            let gate = AsyncGate()
            let subscription = try await subscriber.subscribe(to: topic, queue: "q", options: options)
            let handled = Counter()
            let reader = Task {
                for await delivery in subscription {
                    await gate.pass()
                    delivery.acknowledge()
                    handled.add()
                }
            }
            for number in 0..<5 { try await publisher.publish(BrokerMessage(text: "\(number)"), to: topic) }
            try await server.setAlarm(true)
            // The alarm ends only after all of this: without deadlines, nothing of it would end.
            for _ in 0..<2 {
                let error = await #expect(throws: MicroError.self) {
                    try await publisher.publish(BrokerMessage(text: "refused"), to: topic)
                }
                #expect(error?.code == .resourceExhausted)
            }
            // The next message is sent only after an acknowledgement has arrived.
            gate.open()
            #expect(await eventually { handled.value >= 5 })
            let other = try RabbitMQBroker(configuration: configuration)
            try? await other.publish(BrokerMessage(text: "refused"), to: topic)
            await other.close(deadline: .now + .seconds(1))
            try await server.setAlarm(false)
            #expect(
                await eventually {
                    (try? await publisher.publish(BrokerMessage(text: "after"), to: topic)) != nil
                })
            reader.cancel()
        }
    }

    /// The server ends the consumer. Other subscriptions of the client are not affected.
    @Test func deletedQueueIsRestored() async throws {
        let topic = String.uniqueTopic()
        try await withBrokers(configuration(server.url, .atLeastOnce)) { publisher, subscriber in
            let deleted = DeliveryCollector(try await subscriber.subscribe(to: topic, queue: "deleted"))
            let other = DeliveryCollector(try await subscriber.subscribe(to: topic, queue: "other"))
            try await publisher.publish(BrokerMessage(text: "before"), to: topic)
            #expect(await deleted.waitForCount(1))
            #expect(await other.waitForCount(1))
            try await server.control("delete_queue", "durable/\(topic)/queue/deleted")
            #expect(
                await eventually {
                    try? await publisher.publish(BrokerMessage(text: "after"), to: topic)
                    return deleted.texts.contains("after")
                })
            #expect(await eventually { other.texts.contains("after") })
            #expect(other.deliveries.allSatisfy { $0.attempt == 1 })
        }
    }

    /// The queue of a subscription without a name survives a lost connection, but not the end of its client.
    @Test func closedBrokerLeavesNoQueueOfASubscriptionWithoutAName() async throws {
        let topic = String.uniqueTopic()
        let broker = try RabbitMQBroker(configuration: configuration(server.url, .atLeastOnce))
        let subscription = try await broker.subscribe(to: topic)
        let before = try await server.control("list_queues", "name")
        #expect(before.contains(topic))
        await broker.close(deadline: .now + .seconds(30))
        let after = try await server.control("list_queues", "name")
        #expect(!after.contains(topic))
        await subscription.cancel()
    }

    /// The user may not declare the queue in which rejected messages wait.
    @Test func messageThatCannotBePublishedAgainIsNotDeliveredAtOnce() async throws {
        let (topic, user) = (String.uniqueTopic(), "user-\(UUID().uuidString)")
        try await server.addUser(user, password: "p")
        try await server.control("set_permissions", user, "^(?!.*/retry/).*$", ".*", ".*")
        let configuration = configuration(server.url, .atLeastOnce) { ($0.user, $0.password) = (user, Secret("p")) }
        try await withBrokers(configuration) { publisher, subscriber in
            let subscription = try await subscriber.subscribe(to: topic, queue: "q")
            let attempts = Counter()
            let reader = Task {
                for await delivery in subscription {
                    attempts.add()
                    try delivery.reject(after: .milliseconds(50))
                }
            }
            try await publisher.publish(BrokerMessage(text: "x"), to: topic)
            #expect(await eventually { attempts.value >= 3 })
            #expect(await grows(byLessThan: 7, per: .seconds(2)) { attempts.value })
            reader.cancel()
        }
        try await server.deleteUser(user)
    }

    /// Such as a quorum queue without a leader.
    @Test func queueThatNeverRespondsAffectsNoOtherSubscription() async throws {
        let topic = String.uniqueTopic()
        let relay = try QueueRelay(to: server.address, droppingQueuesNamed: "stuck")
        defer { relay.stop() }
        let configuration = configuration(relay.url, .atLeastOnce) { $0.timeout = .seconds(1) }
        try await withBrokers(configuration) { publisher, subscriber in
            let other = DeliveryCollector(try await subscriber.subscribe(to: topic, queue: "other"))
            // There is never a response.
            let error = await #expect(throws: MicroError.self) {
                _ = try await subscriber.subscribe(to: topic, queue: "stuck")
            }
            #expect(error?.code == .deadlineExceeded, "\(String(describing: error))")
            let later = DeliveryCollector(try await subscriber.subscribe(to: topic, queue: "later"))
            try await publisher.publish(BrokerMessage(text: "x"), to: topic)
            for inbox in [other, later] {
                #expect(await inbox.waitForCount(1))
                #expect(inbox.deliveries.map(\.attempt) == [1])
            }
            // One connection consumes, and one publishes: neither was replaced.
            #expect(relay.connectionCount == 2)
        }
    }

    /// Both sides close a connection on which nothing arrives for two to three heartbeat intervals.
    @Test func handlerMayTakeLongerThanThreeHeartbeats() async throws {
        let topic = String.uniqueTopic()
        let configuration = configuration(server.url, .atLeastOnce) { $0.heartbeatInterval = .seconds(1) }
        try await withBrokers(configuration) { publisher, subscriber in
            let handled = Counter()
            let subscription = try await subscriber.subscribe(to: topic, queue: "q")
            let inbox = DeliveryCollector(subscription) { delivery in
                // Blocks its thread.
                if handled.value == 0 { Thread.sleep(forTimeInterval: 4) }
                delivery.acknowledge()
                handled.add()
            }
            try await publisher.publish(BrokerMessage(text: "long"), to: topic)
            #expect(await eventually { handled.value == 1 })
            try await publisher.publish(BrokerMessage(text: "later"), to: topic)
            #expect(await eventually { inbox.texts.contains("later") })
            #expect(inbox.texts == ["long", "later"])
            #expect(inbox.deliveries.map(\.attempt) == [1, 1])
        }
    }

    @Test func atLeastOnceDeliveryRefusesTransientExchange() async throws {
        try await withBrokers(configuration(server.url)) { publisher, _ in
            try await publisher.publish(BrokerMessage(), to: .uniqueTopic())
        }
        let configuration = configuration(server.url, .atLeastOnce) { $0.exchange = "micro" }
        try await withBrokers(configuration) { publisher, subscriber in
            let publishing = await #expect(throws: MicroError.self) {
                try await publisher.publish(BrokerMessage(), to: "t")
            }
            #expect(publishing?.code == .invalidArgument)
            #expect(publishing?.message.contains("RABBITMQ_EXCHANGE") == true)
            let subscribing = await #expect(throws: MicroError.self) { _ = try await subscriber.subscribe(to: "t") }
            #expect(subscribing?.code == .invalidArgument)
        }
    }

    @Test func wrongPasswordAndUnknownVirtualHostFailAtOnce() async throws {
        let cases: [(MicroError.Code, (inout RabbitMQConfiguration) -> Void)] = [
            (.unauthenticated, { ($0.user, $0.password) = ("guest", Secret("wrong")) }),
            (.invalidArgument, { $0.virtualHost = "unknown" }),
        ]
        for (code, change) in cases {
            let configuration = configuration(server.url) {
                change(&$0)
                $0.timeout = .seconds(60)
            }
            try await withBrokers(configuration) { publisher, _ in
                let began = ContinuousClock.now
                let error = await #expect(throws: MicroError.self) {
                    try await publisher.publish(BrokerMessage(), to: "t")
                }
                #expect(error?.code == code)
                #expect(ContinuousClock.now - began < .seconds(30))
            }
        }
    }

    /// The queue of a group in go-micro's layout has the name and the properties that its plugin declares.
    @Test func goMicroQueueIsSharedWithItsPlugin() async throws {
        let topic = String.uniqueTopic()
        try await withBrokers(configuration(server.url) { $0.format = .goMicro }) { publisher, subscriber in
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: topic, queue: "mails"))
            let queues = try await server.control("list_queues", "name", "durable", "auto_delete", "exclusive")
            #expect(queues.contains("mails\tfalse\ttrue\tfalse"))
            try await publisher.publish(BrokerMessage(headers: ["a": "b"], text: "x"), to: topic)
            #expect(await inbox.waitForCount(1))
            let headers = inbox.deliveries.first?.message.headers
            #expect(headers == ["a": "b", "Content-Type": "application/octet-stream"])
        }
    }

    @Test func manySubscriptionsAreRestoredAfterConnectionLoss() async throws {
        let topic = String.uniqueTopic()
        try await withBrokers(configuration(server.url)) { publisher, subscriber in
            var inboxes: [DeliveryCollector] = []
            for _ in 0..<200 { inboxes.append(DeliveryCollector(try await subscriber.subscribe(to: topic))) }
            try await server.control("close_all_connections", "test")
            // On a busy machine it takes up to 17 s.
            #expect(
                await eventually(within: .seconds(60)) {
                    try? await publisher.publish(BrokerMessage(text: "x"), to: topic)
                    return inboxes.allSatisfy { !$0.deliveries.isEmpty }
                })
        }
    }
}

/// Login by client certificate, and servers that require one.
@Suite(.requiresLocalRabbitMQ, .startsServers, .timeLimit(.minutes(3))) struct RabbitMQCertificateTests {
    @Test func clientLogsInWithItsCertificate() async throws {
        let certificates = try await Certificates()
        let server = try RabbitMQServer(try await .secure(certificates))
        try await server.start()
        let identity = try await certificates.identity("client", subjectAlternativeName: "DNS:client")
        // The distinguished name of the certificate.
        try await server.addUser("O=client", password: UUID().uuidString)
        var configuration = configuration(server.url)
        configuration.certificateAuthorityFile = certificates.certificateAuthorityFile
        (configuration.clientCertificateFile, configuration.clientKeyFile) = (identity.certificate, identity.key)
        try await withBrokers(configuration) { publisher, subscriber in
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: "t"))
            try await publisher.publish(BrokerMessage(text: "x"), to: "t")
            #expect(await inbox.waitForCount(1))
            #expect(try await server.control("list_connections", "user").contains("O=client"))
        }
        await server.end()
    }
}
