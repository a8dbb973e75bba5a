// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroRabbitMQ
import NIOCore
import Synchronization
import TestServers
import TestSupport
import Testing

/// A server that is killed and restarted repeatedly while messages pass through it.
@Suite(.faultRun, .requiresLocalRabbitMQ, .rabbitMQ, .serialized, .timeLimit(.minutes(15)))
struct RabbitMQRestartFaultTests {
    /// `MICRO_TEST_KILLS=20` takes four times as long.
    private static let rounds = ProcessInfo.processInfo.environment["MICRO_TEST_KILLS"].flatMap(Int.init) ?? 5
    private static let publishers = 4

    private let server: RabbitMQServer

    init() throws { server = try #require(RabbitMQServer.current) }

    /// At least once, no confirmed message is lost. At most once, no message arrives twice.
    @Test(arguments: [
        (DeliveryGuarantee.atMostOnce, RabbitMQConfiguration.QueueType.classic), (.atLeastOnce, .classic),
        (.atLeastOnce, .quorum),
    ])
    func messagesSurviveKills(
        _ delivery: DeliveryGuarantee, _ queueType: RabbitMQConfiguration.QueueType
    ) async throws {
        let topic = String.uniqueTopic()
        let configuration = configuration(server.url, delivery) { $0.queueType = queueType }
        let messages = try await withBrokers(configuration) { publisher, subscriber in
            let messages = MessageLog()
            let subscription = try await subscriber.subscribe(to: topic, queue: "q")
            let reader = Task {
                for await delivery in subscription {
                    messages.receive(delivery.message)
                    delivery.acknowledge()
                }
            }
            let publishing = Task {
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<Self.publishers {
                        group.addTask { await messages.publish(by: publisher, to: topic) }
                    }
                }
            }
            // RabbitMQ 3.10 loses a quorum queue that was declared less than 1.5 s before a kill.
            _ = await always(during: .seconds(2)) { true }
            for _ in 0..<Self.rounds {
                let before = messages.confirmedCount
                #expect(await eventually { messages.confirmedCount >= before + 100 })
                await server.kill()
                try await server.start()
                let next = messages.next()
                #expect(await eventually(within: .seconds(60)) { messages.newest > next })
            }
            publishing.cancel()
            await publishing.value
            // The server delivers messages of a lost connection again at once.
            if delivery == .atLeastOnce { #expect(await eventually(within: .seconds(60)) { messages.lostCount == 0 }) }
            reader.cancel()
            return messages
        }
        print("RabbitMQ, \(Self.rounds) kills, \(delivery), \(queueType.rawValue) queue: \(messages)")
        if delivery == .atLeastOnce {
            #expect(messages.lostCount == 0)
        } else {
            #expect(messages.duplicateCount == 0)
        }
    }

    /// At most once: a client does not get messages that are published before it has subscribed again.
    @Test func twoHundredSubscriptionsAreRestored() async throws {
        let topics = (0..<200).map { String.uniqueTopic("\($0)") }
        try await withBrokers(configuration(server.url)) { publisher, subscriber in
            var inboxes: [DeliveryCollector] = []
            for topic in topics { inboxes.append(DeliveryCollector(try await subscriber.subscribe(to: topic))) }
            await server.kill()
            try await server.start()
            let start = ContinuousClock.now
            #expect(
                await eventually {
                    for (topic, inbox) in zip(topics, inboxes) where inbox.deliveries.isEmpty {
                        try? await publisher.publish(BrokerMessage(text: "after"), to: topic)
                    }
                    return inboxes.allSatisfy { !$0.deliveries.isEmpty }
                })
            print("RabbitMQ: 200 subscriptions receive \(ContinuousClock.now - start) after the server is ready again")
        }
    }
}

/// The published and the received messages, each with a number.
private final class MessageLog: Sendable, CustomStringConvertible {
    private struct State {
        var next = 0
        var confirmed: Set<Int> = []
        var refused = 0
        var received: [Int: Int] = [:]
        var newest = -1
    }

    private let state = Mutex(State())

    /// Publishes about one message per millisecond until the task is cancelled.
    func publish(by broker: RabbitMQBroker, to topic: String) async {
        while !Task.isCancelled {
            let number = next()
            do {
                try await broker.publish(BrokerMessage(body: ByteBuffer(integer: number)), to: topic)
                state.withLock { _ = $0.confirmed.insert(number) }
            } catch {
                state.withLock { $0.refused += 1 }
            }
            try? await Task.sleep(for: .milliseconds(1))
        }
    }

    func receive(_ message: BrokerMessage) {
        guard let number = message.body.getInteger(at: message.body.readerIndex, as: Int.self) else { return }
        state.withLock { state in
            state.received[number, default: 0] += 1
            state.newest = max(state.newest, number)
        }
    }

    /// Returns the number of the next message.
    func next() -> Int {
        state.withLock { state in
            defer { state.next += 1 }
            return state.next
        }
    }

    /// The highest number of a received message.
    var newest: Int { state.withLock(\.newest) }
    var confirmedCount: Int { state.withLock(\.confirmed.count) }
    var duplicateCount: Int { state.withLock { $0.received.values.count { $0 > 1 } } }

    /// The number of messages whose publication succeeded and that have not arrived.
    var lostCount: Int { state.withLock { state in state.confirmed.count { state.received[$0] == nil } } }

    var description: String {
        let refused = state.withLock(\.refused)
        return "\(confirmedCount) published, \(refused) refused, \(lostCount) lost, \(duplicateCount) duplicated"
    }
}
