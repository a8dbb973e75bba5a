// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroMemory
import NIOCore
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct MemoryBrokerTests {
    private let backend = MemoryBackend()
    private var broker: MemoryBroker { MemoryBroker(backend: backend) }

    @Test func deliversToMatchingSubscriptions() async throws {
        let all = try await broker.subscribe(to: "user.created")
        let pattern = try await broker.subscribe(to: "user.*")
        let other = try await broker.subscribe(to: "user.deleted")
        let message = BrokerMessage(headers: ["k": "1", "K": "2"], text: "hello")
        try await broker.publish(message, to: "user.created")
        for subscription in [all, pattern] {
            let delivery = try #require(await first(of: subscription))
            #expect(delivery.message == message && delivery.topic == "user.created" && delivery.attempt == 1)
        }
        try await broker.publish(BrokerMessage(), to: "user.deleted")
        #expect(await first(of: other)?.message == BrokerMessage())
        #expect(await first(of: pattern)?.topic == "user.deleted")
    }

    @Test func queueMembersTakeTurnsAcrossPatterns() async throws {
        let members = [
            try await broker.subscribe(to: "a.b", queue: "q"), try await broker.subscribe(to: "a.*", queue: "q"),
            try await broker.subscribe(to: "a.>", queue: "q"),
        ]
        let alone = try await broker.subscribe(to: "a.b", queue: "other")
        for number in 0..<30 { try await broker.publish(BrokerMessage(text: "\(number)"), to: "a.b") }
        var seen: [String] = []
        for member in members {
            let mine = await take(10, from: member)
            #expect(mine.count == 10)
            seen += mine
        }
        #expect(seen.sorted() == (0..<30).map(String.init).sorted())
        #expect(await take(30, from: alone) == (0..<30).map(String.init))
    }

    @Test func cancelledMemberGetsNothing() async throws {
        let (left, remaining) = (
            try await broker.subscribe(to: "a", queue: "q"), try await broker.subscribe(to: "a", queue: "q")
        )
        await left.cancel()
        for number in 0..<10 { try await broker.publish(BrokerMessage(text: "\(number)"), to: "a") }
        #expect(await take(10, from: remaining) == (0..<10).map(String.init))
        #expect(backend.openSubscriptionCount == 1)
        await remaining.cancel()
        #expect(backend.openSubscriptionCount == 0)
    }

    @Test func requestReturnsFirstReply() async throws {
        let subscription = try await broker.subscribe(to: "echo")
        let server = Task {
            for await delivery in subscription {
                #expect(delivery.isRequest)
                try await delivery.reply(with: delivery.message)
                try await delivery.reply(with: BrokerMessage(text: "too late"))
            }
        }
        let reply = try await broker.request(BrokerMessage(text: "1"), to: "echo", deadline: .now + .seconds(10))
        #expect(reply == BrokerMessage(text: "1"))
        server.cancel()
        try await server.value
    }

    @Test func requestFailsWithoutSubscriberOrReply() async throws {
        let code = await code {
            _ = try await broker.request(BrokerMessage(), to: "echo", deadline: .now + .seconds(60))
        }
        #expect(code == .notFound)
        let silentSubscription = try await broker.subscribe(to: "echo")
        #expect(
            await MicroMemoryTests.code {
                _ = try await broker.request(BrokerMessage(), to: "echo", deadline: .now + .milliseconds(20))
            } == .deadlineExceeded)
        await silentSubscription.cancel()
    }

    @Test func operationsWaitForStoppedBackendUntilTimeout() async throws {
        let shortTimeoutBroker = MemoryBroker(backend: backend, configuration: shortTimeoutConfiguration)
        let subscription = try await broker.subscribe(to: "a")
        backend.stopBrokers()
        #expect(await code { try await shortTimeoutBroker.publish(BrokerMessage(), to: "a") } == .unavailable)
        #expect(await code { _ = try await shortTimeoutBroker.subscribe(to: "a") } == .unavailable)
        let defaultBroker = broker
        let publishing = Task { try await defaultBroker.publish(BrokerMessage(text: "1"), to: "a") }
        let cancelled = Task { try await defaultBroker.publish(BrokerMessage(text: "2"), to: "a") }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        backend.startBrokers()
        try await publishing.value
        #expect(await take(1, from: subscription) == ["1"])
    }

    @Test func requestWaitsForStoppedBackendUntilItsDeadline() async throws {
        let broker = MemoryBroker(backend: backend, configuration: shortTimeoutConfiguration)
        let subscription = try await broker.subscribe(to: "echo")
        let server = Task {
            for await delivery in subscription { try await delivery.reply(with: delivery.message) }
        }
        backend.stopBrokers()
        async let reply = broker.request(BrokerMessage(text: "1"), to: "echo", deadline: .now + .seconds(60))
        // Each of them waits for the timeout, which the request outlasts.
        for _ in 0..<5 {
            #expect(await code { try await broker.publish(BrokerMessage(), to: "a") } == .unavailable)
        }
        backend.startBrokers()
        #expect(try await reply == BrokerMessage(text: "1"))
        server.cancel()
        try await server.value
    }

    @Test func closedBrokerRejectsOperations() async throws {
        let (broker, other) = (self.broker, self.broker)
        let (mine, theirs) = (try await broker.subscribe(to: "a"), try await other.subscribe(to: "a"))
        await broker.close()
        await broker.close()
        #expect(await first(of: mine) == nil)
        #expect(await code { try await broker.publish(BrokerMessage(), to: "a") } == .closed)
        #expect(await code { _ = try await broker.subscribe(to: "a") } == .closed)
        #expect(
            await code { _ = try await broker.request(BrokerMessage(), to: "a", deadline: .now + .seconds(1)) }
                == .closed)
        try await other.publish(BrokerMessage(text: "1"), to: "a")
        #expect(await take(1, from: theirs) == ["1"])
    }

    private var shortTimeoutConfiguration: MemoryBroker.Configuration {
        var configuration = MemoryBroker.Configuration()
        configuration.timeout = .milliseconds(20)
        return configuration
    }
}

@Suite(.timeLimit(.minutes(1))) struct MemoryBrokerAtLeastOnceTests {
    private let backend = MemoryBackend()
    private var broker: MemoryBroker { MemoryBroker(backend: backend, delivery: .atLeastOnce) }

    @Test func rejectedDeliveryIsRedeliveredAfterDelay() async throws {
        let subscription = try await broker.subscribe(to: "a")
        for number in 0..<3 { try await broker.publish(BrokerMessage(text: "\(number)"), to: "a") }
        let rejected = ContinuousClock.now
        var order: [String] = []
        for await delivery in subscription {
            order.append("\(String(buffer: delivery.message.body)).\(delivery.attempt)")
            if order.count == 1 {
                try delivery.reject(after: .milliseconds(50))
                // Only the first settlement takes effect.
                delivery.acknowledge()
            } else {
                delivery.acknowledge()
            }
            if order.count == 4 { break }
        }
        #expect(order == ["0.1", "1.1", "2.1", "0.2"])
        #expect(ContinuousClock.now - rejected >= .milliseconds(50))
    }

    @Test func unacknowledgedDeliveryIsRedeliveredThenDeadLettered() async throws {
        var options = SubscribeOptions()
        options.acknowledgementTimeout = .milliseconds(20)
        options.maxAttempts = 3
        options.deadLetterTopic = "dead"
        let (broker, dead) = (self.broker, try await broker.subscribe(to: "dead"))
        let subscription = try await broker.subscribe(to: "a", queue: nil, options: options)
        let message = BrokerMessage(headers: ["k": "v"], text: "poison")
        try await broker.publish(message, to: "a")
        let attempts = Mutex<[Int]>([])
        let reader = Task {
            for await delivery in subscription { attempts.withLock { $0.append(delivery.attempt) } }
        }
        let deadLetter = try #require(await first(of: dead))
        #expect(deadLetter.message == message && deadLetter.topic == "dead")
        #expect(attempts.withLock(\.self) == [1, 2, 3])
        reader.cancel()
    }

    @Test func inFlightIsBounded() async throws {
        var options = SubscribeOptions()
        options.maxInFlight = 2
        let (broker, subscription) = (self.broker, try await broker.subscribe(to: "a", queue: nil, options: options))
        for number in 0..<4 { try await broker.publish(BrokerMessage(text: "\(number)"), to: "a") }
        let unsettled = Mutex<[Delivery]>([])
        let reader = Task { for await delivery in subscription { unsettled.withLock { $0.append(delivery) } } }
        #expect(await eventually { unsettled.withLock(\.count) == 2 })
        #expect(await always(during: .milliseconds(20)) { unsettled.withLock(\.count) == 2 })
        unsettled.withLock(\.self)[1].acknowledge()
        #expect(await eventually { unsettled.withLock(\.count) == 3 })
        #expect(await always(during: .milliseconds(20)) { unsettled.withLock(\.count) == 3 })
        reader.cancel()
    }

    @Test func queuesAndDurableSubscriptionsAreRetained() async throws {
        var durable = SubscribeOptions()
        durable.durableName = "d"
        let broker = broker
        try await broker.subscribe(to: "a", queue: "q").cancel()
        try await broker.subscribe(to: "a", queue: nil, options: durable).cancel()
        try await broker.subscribe(to: "a").cancel()
        try await broker.publish(BrokerMessage(text: "1"), to: "a")
        #expect(await take(1, from: try await broker.subscribe(to: "a", queue: "q")) == ["1"])
        #expect(await take(1, from: try await broker.subscribe(to: "a", queue: nil, options: durable)) == ["1"])
        let fresh = try await broker.subscribe(to: "a")
        try await broker.publish(BrokerMessage(text: "2"), to: "a")
        #expect(await take(1, from: fresh) == ["2"])
    }

    @Test func queueMembersTakeTurns() async throws {
        let broker = broker
        let members = [
            try await broker.subscribe(to: "a", queue: "q"), try await broker.subscribe(to: "a", queue: "q"),
        ]
        for number in 0..<10 { try await broker.publish(BrokerMessage(text: "\(number)"), to: "a") }
        for member in members { #expect(await take(5, from: member).count == 5) }
    }

    @Test func startAllReplaysHistory() async throws {
        var options = SubscribeOptions()
        options.start = .all
        let broker = broker
        for number in 0..<5 { try await broker.publish(BrokerMessage(text: "\(number)"), to: "a") }
        let subscription = try await broker.subscribe(to: ">", queue: nil, options: options)
        #expect(await take(5, from: subscription) == (0..<5).map(String.init))
    }

    @Test func deliveriesOfCancelledMemberAreRedelivered() async throws {
        var options = SubscribeOptions()
        options.acknowledgementTimeout = .milliseconds(30)
        let broker = broker
        let dead = try await broker.subscribe(to: "a", queue: "q", options: options)
        for number in 0..<3 { try await broker.publish(BrokerMessage(text: "\(number)"), to: "a") }
        let held = try #require(await first(of: dead))
        await dead.cancel()
        let other = try await broker.subscribe(to: "a", queue: "q", options: options)
        var seen: [String: Int] = [:]
        for await delivery in other {
            seen[String(buffer: delivery.message.body)] = delivery.attempt
            delivery.acknowledge()
            if seen.count == 3 { break }
        }
        // A delivery that was not consumed does not count as an attempt.
        #expect(seen == ["0": 2, "1": 1, "2": 1])
        #expect(held.attempt == 1)
    }

    @Test func storageIsBoundedAndEvictsOnlyConsumedMessages() async throws {
        let backend = MemoryBackend(maxStoredMessages: 16, maxStoredBytes: 1000)
        let broker = MemoryBroker(backend: backend, delivery: .atLeastOnce)
        for number in 0..<100 { try await broker.publish(BrokerMessage(text: "\(number)"), to: "a") }
        let subscription = try await broker.subscribe(to: "a", queue: "q")
        await subscription.cancel()
        for number in 0..<16 { try await broker.publish(BrokerMessage(text: "\(number)"), to: "a") }
        #expect(await code { try await broker.publish(BrokerMessage(), to: "a") } == .resourceExhausted)
        let back = try await broker.subscribe(to: "a", queue: "q")
        #expect(await take(16, from: back) == (0..<16).map(String.init))
        try await broker.publish(BrokerMessage(text: String(repeating: "x", count: 900)), to: "a")
        #expect(
            await code { try await broker.publish(BrokerMessage(text: String(repeating: "x", count: 900)), to: "a") }
                == .resourceExhausted)
    }

    @Test func messagesOfOtherTopicsAreNotKeptForAQueue() async throws {
        let broker = MemoryBroker(backend: MemoryBackend(maxStoredMessages: 16), delivery: .atLeastOnce)
        try await broker.subscribe(to: "a", queue: "q").cancel()
        for number in 0..<100 { try await broker.publish(BrokerMessage(text: "\(number)"), to: "b") }
        try await broker.publish(BrokerMessage(text: "kept"), to: "a")
        for number in 0..<15 { try await broker.publish(BrokerMessage(text: "\(number)"), to: "b") }
        #expect(await code { try await broker.publish(BrokerMessage(), to: "b") } == .resourceExhausted)
        let back = try await broker.subscribe(to: "a", queue: "q")
        #expect(await take(1, from: back) == ["kept"])
    }

    @Test func deadLetterWaitsForRoomWithoutRedelivery() async throws {
        let broker = MemoryBroker(backend: MemoryBackend(maxStoredMessages: 16), delivery: .atLeastOnce)
        var options = SubscribeOptions()
        options.maxAttempts = 1
        options.deadLetterTopic = "dead"
        let dead = try await broker.subscribe(to: "dead")
        let subscription = try await broker.subscribe(to: "a", queue: nil, options: options)
        try await broker.subscribe(to: "a", queue: "holder").cancel()
        for number in 0..<16 { try await broker.publish(BrokerMessage(text: "\(number)"), to: "a") }
        let got = Counter()
        let reader = Task {
            for await delivery in subscription {
                got.add()
                if String(buffer: delivery.message.body) == "0" {
                    try delivery.reject()
                } else {
                    delivery.acknowledge()
                }
            }
        }
        #expect(await eventually { got.value == 16 })
        #expect(await always(during: .milliseconds(50)) { got.value == 16 })
        let holder = try await broker.subscribe(to: "a", queue: "holder")
        #expect(await take(16, from: holder).count == 16)
        #expect(await take(1, from: dead) == ["0"])
        #expect(got.value == 16)
        reader.cancel()
        try await reader.value
    }

    @Test func deliveriesResumeAfterOutage() async throws {
        let broker = broker
        let subscription = try await broker.subscribe(to: "a")
        try await broker.publish(BrokerMessage(text: "1"), to: "a")
        let held = try #require(await first(of: subscription))
        try await broker.publish(BrokerMessage(text: "2"), to: "a")
        #expect(await first(of: subscription) != nil)
        backend.stopBrokers()
        let got = Counter()
        let reader = Task {
            for await delivery in subscription {
                delivery.acknowledge()
                got.add()
            }
        }
        try held.reject()
        #expect(await always(during: .milliseconds(20)) { got.value == 0 })
        backend.startBrokers()
        #expect(await eventually { got.value == 1 })
        reader.cancel()
    }

    @Test func wipedBackendStartsEmpty() async throws {
        let broker = broker
        try await broker.subscribe(to: "a", queue: "gone").cancel()
        let remaining = try await broker.subscribe(to: "a", queue: "stays")
        try await broker.publish(BrokerMessage(text: "1"), to: "a")
        let held = try #require(await first(of: remaining))
        backend.wipeBrokers()
        held.acknowledge()
        try await broker.publish(BrokerMessage(text: "2"), to: "a")
        #expect(await take(1, from: remaining) == ["2"])
        let anew = try await broker.subscribe(to: "a", queue: "gone")
        try await broker.publish(BrokerMessage(text: "3"), to: "a")
        #expect(await take(1, from: anew) == ["3"])
    }

    @Test func concurrentReadersAndPublishersDeliverExactlyOnce() async throws {
        let broker = broker
        var options = SubscribeOptions()
        options.maxInFlight = 4
        let seen = SeenTexts()
        let done = Counter()
        var members: [Subscription] = []
        for _ in 0..<4 { members.append(try await broker.subscribe(to: "a", queue: "q", options: options)) }
        let readers = members.map { member in
            Task {
                await member.handle(concurrency: 3) { delivery in
                    seen.add(String(buffer: delivery.message.body))
                    done.add()
                }
            }
        }
        let publishers = (0..<8).map { publisher in
            Task {
                for number in 0..<250 {
                    try await broker.publish(BrokerMessage(text: "\(publisher).\(number)"), to: "a")
                }
            }
        }
        for publisher in publishers { try await publisher.value }
        #expect(await eventually { done.value >= 2000 })
        for member in members { await member.cancel() }
        for reader in readers { await reader.value }
        #expect(seen.count == 2000 && done.value == 2000)
    }
}

private func first(of subscription: Subscription) async -> Delivery? {
    for await delivery in subscription { return delivery }
    return nil
}

/// The texts of the next deliveries, each acknowledged.
private func take(_ count: Int, from subscription: Subscription) async -> [String] {
    var texts: [String] = []
    for await delivery in subscription {
        texts.append(String(buffer: delivery.message.body))
        delivery.acknowledge()
        if texts.count == count { break }
    }
    return texts
}

private func code(_ body: () async throws -> Void) async -> MicroError.Code? {
    do { try await body() } catch { return (error as? MicroError)?.code }
    return nil
}

/// Counts the texts that were received.
private final class SeenTexts: Sendable {
    private let texts = Mutex<Set<String>>([])

    var count: Int { texts.withLock(\.count) }

    func add(_ text: String) { texts.withLock { _ = $0.insert(text) } }
}
