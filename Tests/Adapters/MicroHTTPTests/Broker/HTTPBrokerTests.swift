// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroHTTP
import MicroMemory
import NIOCore
import TestServers
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPBrokerTests {
    @Test func messageArrivesUnchanged() async throws {
        try await BrokerFixture.inMemory().run { subscriber, publisher in
            let subscription = try await subscriber.subscribe(to: "user.created")
            let headers: Headers = ["Content-Type": "x/y", "b": "grüße 世界", "A": "", "Micro-Id": "7"]
            let body = ByteBuffer(bytes: Array(0...255))
            try await publisher.publish(BrokerMessage(headers: headers, body: body), to: "user.created")
            let delivery = try #require(try await subscription.first(1).first)
            #expect(delivery.topic == "user.created" && delivery.attempt == 1 && !delivery.isRequest)
            #expect(delivery.message.body == body)
            // Each name once and sorted, because the wire format has no order.
            #expect(delivery.message.headers == ["A": "", "Content-Type": "x/y", "Micro-Id": "7", "b": "grüße 世界"])
            try await publisher.publish(BrokerMessage(), to: "user.created")
            #expect(try await subscription.first(1).first?.message == BrokerMessage())
            try await publisher.publish(BrokerMessage(), to: "topic.without.subscribers")
        }
    }

    @Test func eachSubscriberAndOneQueueMemberReceive() async throws {
        try await BrokerFixture.inMemory().run { subscriber, publisher in
            let all = [try await subscriber.subscribe(to: "t"), try await publisher.subscribe(to: "t")]
            let queued = [
                try await subscriber.subscribe(to: "t", queue: "q"), try await publisher.subscribe(to: "t", queue: "q"),
            ]
            let other = try await subscriber.subscribe(to: "t", queue: "other")
            let elsewhere = try await subscriber.subscribe(to: "u")
            let expected = (0..<60).map { "\($0)" }
            for text in expected { try await publisher.publish(BrokerMessage(text: text), to: "t") }
            for subscription in all + [other] {
                #expect(try await subscription.first(60).map(\.text) == expected)
            }
            // Both members of the queue receive messages, and each message is received once.
            let seen = ValueCollector<(member: Int, text: String)>()
            let readers = queued.enumerated().map { member, subscription in
                Task { for await delivery in subscription { seen.add((member, delivery.text)) } }
            }
            #expect(await eventually { seen.values.count >= 60 })
            for reader in readers { reader.cancel() }
            #expect(seen.values.map(\.text).sorted() == expected.sorted())
            #expect(Set(seen.values.map(\.member)) == [0, 1])
            for subscription in all + [other, elsewhere] { #expect(await subscription.staysEmpty()) }
        }
    }

    /// A subscription is in effect even if a publisher has just cached the list of subscribers.
    @Test func subscriptionIsEffectiveOnReturn() async throws {
        try await BrokerFixture.inMemory().run { subscriber, publisher in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<100 {
                    group.addTask {
                        let topic = "topic.\(index % 5)"
                        try await publisher.publish(BrokerMessage(text: "before"), to: topic)
                        let subscription = try await subscriber.subscribe(to: topic)
                        try await publisher.publish(BrokerMessage(text: "\(index)"), to: topic)
                        // Other tasks publish to the same topic.
                        for await delivery in subscription where delivery.text == "\(index)" { return }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func publishCachesLookUps() async throws {
        let counting = CountingRegistry(MemoryRegistry(backend: MemoryBackend()))
        try await BrokerFixture(registry: counting).run { subscriber, publisher in
            let subscription = try await subscriber.subscribe(to: "t")
            let before = counting.lookUps.value
            let start = ContinuousClock.now
            for _ in 0..<200 { try await publisher.publish(BrokerMessage(), to: "t") }
            // For each of the four layouts at most one per 25 ms, and the first.
            let expected = 4 * (Int((ContinuousClock.now - start) / .milliseconds(25)) + 2)
            #expect((1...expected).contains(counting.lookUps.value - before))
            #expect(try await subscription.first(200).count == 200)
        }
    }

    @Test func concurrentPublishesAreAllDelivered() async throws {
        try await BrokerFixture.inMemory().run { subscriber, publisher in
            let subscription = try await subscriber.subscribe(to: "t")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<50 {
                    group.addTask {
                        for index in 0..<20 {
                            try await publisher.publish(BrokerMessage(text: "\(task) \(index)"), to: "t")
                        }
                    }
                }
                try await group.waitForAll()
            }
            let texts = try await subscription.first(1000).map(\.text)
            #expect(Set(texts).count == 1000)
            // The order of each publisher is kept.
            let ofFirst = texts.filter { $0.hasPrefix("0 ") }
            #expect(ofFirst == (0..<20).map { "0 \($0)" })
        }
    }

    @Test func slowSubscriberDropsOldestAndCountsThem() async throws {
        try await BrokerFixture.inMemory().run { subscriber, publisher in
            var options = SubscribeOptions()
            options.maxBufferedMessages = 3
            let subscription = try await subscriber.subscribe(to: "t", queue: nil, options: options)
            for index in 0..<10 { try await publisher.publish(BrokerMessage(text: "\(index)"), to: "t") }
            let deliveries = try await subscription.first(3)
            #expect(deliveries.map(\.text) == ["7", "8", "9"])
            #expect(deliveries.map(\.droppedBefore) == [7, 0, 0])
        }
    }

    @Test func unsupportedOperationsAreRejected() async throws {
        try await BrokerFixture.inMemory { $0.maxBodySize = 1000 }.run { _, broker in
            func code(_ operation: () async throws -> Void) async -> MicroError.Code? {
                do { try await operation() } catch { return (error as? MicroError)?.code }
                return nil
            }
            for topic in ["", "a b", "a..b", "a\r\nb", "a.*", ">"] {
                #expect(await code { try await broker.publish(BrokerMessage(), to: topic) } == .invalidTopic)
            }
            #expect(await code { _ = try await broker.subscribe(to: "a.*") } == .unsupported)
            #expect(await code { _ = try await broker.subscribe(to: "a", queue: "a b") } == .invalidName)
            var options = SubscribeOptions()
            options.maxAttempts = 3
            #expect(
                await code { _ = try await broker.subscribe(to: "a", queue: nil, options: options) } == .unsupported)
            let request = { try await broker.request(BrokerMessage(), to: "a", deadline: .now + .seconds(1)) }
            #expect(await code { _ = try await request() } == .unsupported)
            var twice = Headers()
            twice.add("A", "1")
            twice.add("a", "2")
            #expect(await code { try await broker.publish(BrokerMessage(headers: twice), to: "a") } == .unsupported)
            #expect(
                await code { try await broker.publish(BrokerMessage(headers: ["a": "b\r\nc"]), to: "a") }
                    == .invalidArgument)
            let subscription = try await broker.subscribe(to: "a")
            let largest = ByteBuffer(repeating: 0xFF, count: 1000)
            #expect(
                await code {
                    try await broker.publish(BrokerMessage(body: ByteBuffer(repeating: 0, count: 1001)), to: "a")
                } == .payloadTooLarge)
            try await broker.publish(
                BrokerMessage(headers: ["long": String(repeating: "\"", count: 8192)], body: largest), to: "a")
            #expect(try await subscription.first(1).first?.message.body == largest)
        }
        for (body, timeout, heartbeat) in [(0, 5, 30), (Int.max, 5, 30), (1, 0, 30), (1, 5, 0)] {
            var configuration = HTTPBrokerConfiguration()
            (configuration.maxBodySize, configuration.timeout) = (body, .seconds(timeout))
            configuration.heartbeatInterval = .seconds(heartbeat)
            #expect(throws: MicroError.self) {
                try HTTPBroker(registry: MemoryRegistry(backend: MemoryBackend()), configuration: configuration)
            }
        }
    }

    @Test func cancelledSubscriptionIsDeregistered() async throws {
        let brokers = BrokerFixture.inMemory()
        try await brokers.run { subscriber, publisher in
            let leaving = try await subscriber.subscribe(to: "t", queue: "q")
            let staying = try await publisher.subscribe(to: "t", queue: "q")
            #expect(try await brokers.registry.subscribers(of: "t").count == 2)
            try await publisher.publish(BrokerMessage(text: "before"), to: "t")
            await leaving.cancel()
            await leaving.cancel()
            // Immediately: a publisher that still has the former member in its cache tries the other one.
            for index in 0..<20 { try await publisher.publish(BrokerMessage(text: "\(index)"), to: "t") }
            let texts = try await staying.first(20).map(\.text)
            #expect(texts.filter { $0 != "before" }.count >= 19)
            #expect(try await eventually { try await brokers.registry.subscribers(of: "t").count == 1 })
            #expect(await leaving.first { _ in true } == nil)
            // Without another member, publishing succeeds as well.
            let alone = try await subscriber.subscribe(to: "u")
            try await publisher.publish(BrokerMessage(), to: "u")
            await alone.cancel()
            try await publisher.publish(BrokerMessage(), to: "u")
        }
        #expect(try await brokers.registry.list().isEmpty)
    }

    @Test func releasedSubscriptionIsDeregistered() async throws {
        let brokers = BrokerFixture.inMemory()
        try await brokers.run { subscriber, _ in
            do { _ = try await subscriber.subscribe(to: "t") }
            #expect(try await eventually { try await brokers.registry.subscribers(of: "t").isEmpty })
        }
    }

    @Test func cancelledSubscribeIsDeregistered() async throws {
        let brokers = BrokerFixture.inMemory()
        try await brokers.run { subscriber, _ in
            let subscribing = Task { _ = try await subscriber.subscribe(to: "t") }
            // It waits until the caches of all publishers include it.
            let isVisible = try await eventually { try await !brokers.registry.subscribers(of: "t").isEmpty }
            #expect(isVisible)
            subscribing.cancel()
            await #expect(throws: CancellationError.self) { try await subscribing.value }
            #expect(try await eventually { try await brokers.registry.subscribers(of: "t").isEmpty })
        }
    }

    @Test func closeWaitsForHandlers() async throws {
        let brokers = BrokerFixture.inMemory()
        try await brokers.run { subscriber, publisher in
            let subscription = try await subscriber.subscribe(to: "t")
            let (gate, handled) = (AsyncGate(), Counter())
            let handling = Task {
                await subscription.handle { _ in
                    await gate.pass()
                    handled.add()
                }
            }
            for _ in 0..<5 { try await publisher.publish(BrokerMessage(), to: "t") }
            #expect(await eventually { gate.arrivals == 1 })
            async let closed: Void = subscriber.close(deadline: .now + .seconds(20))
            #expect(try await eventually { try await brokers.registry.subscribers(of: "t").isEmpty })
            gate.open()
            await closed
            #expect(handled.value == 5)
            await handling.value
            await subscriber.close(deadline: .now)
            for operation in [
                { @Sendable in try await subscriber.publish(BrokerMessage(), to: "t") },
                { @Sendable in _ = try await subscriber.subscribe(to: "t") },
            ] {
                let error = try await microError { try await operation() }
                #expect(error.code == .closed && error.origin == MicroError.Origin.broker)
            }
        }
    }

    /// A publisher with a cached list of subscribers does not fail while one of them closes.
    @Test func closingSubscriberDoesNotFailPublish() async throws {
        let brokers = BrokerFixture.inMemory()
        try await brokers.run { _, publisher in
            for _ in 0..<10 {
                let leaving = try HTTPBroker(registry: brokers.registry, logger: brokers.log.logger)
                let subscription = try await leaving.subscribe(to: "t", queue: "q")
                let (taken, closed) = (Counter(), Counter())
                let handling = Task { await subscription.handle { _ in taken.add() } }
                let closing = Task {
                    await leaving.close()
                    closed.add()
                }
                var published = 0
                while closed.value == 0 {
                    try await publisher.publish(BrokerMessage(), to: "t")
                    published += 1
                }
                await closing.value
                await handling.value
                #expect(published > 0 && taken.value <= published)
            }
        }
    }

    @Test func closeRespectsItsDeadline() async throws {
        try await BrokerFixture.inMemory().run { subscriber, publisher in
            let subscription = try await subscriber.subscribe(to: "t")
            let gate = AsyncGate()
            let handling = Task { await subscription.handle { _ in await gate.pass() } }
            try await publisher.publish(BrokerMessage(), to: "t")
            #expect(await eventually { gate.arrivals == 1 })
            // The handler ends only afterwards.
            await subscriber.close(deadline: .now + .milliseconds(100))
            gate.open()
            await handling.value
        }
    }

    @Test func unavailableRegistryIsRetried() async throws {
        let backend = MemoryBackend()
        var brokers = BrokerFixture(registry: MemoryRegistry(backend: backend))
        // Two operations wait for all of it, and a third one must begin before it ends.
        brokers.configuration.timeout = .seconds(1)
        try await brokers.run { subscriber, publisher in
            let subscription = try await subscriber.subscribe(to: "t")
            backend.stopRegistries()
            let error = try await microError { try await publisher.publish(BrokerMessage(), to: "other") }
            #expect(error.code == .unavailable && error.origin == MicroError.Origin.broker)
            let refused = try await microError { _ = try await publisher.subscribe(to: "t") }
            #expect(refused.code == .unavailable && refused.origin == MicroError.Origin.broker)
            async let published: Void = publisher.publish(BrokerMessage(text: "delayed"), to: "t")
            backend.startRegistries()
            try await published
            #expect(try await subscription.first(1).map(\.text) == ["delayed"])
        }
    }

    /// The first attempt fails, and the next one takes longer than there is time.
    @Test func errorOfPublishHasTheCauseOfTheRegistry() async throws {
        let registry = CountingRegistry(MemoryRegistry(backend: MemoryBackend())) { number in
            if number == 1 { throw MicroError(.unavailable, "connection refused") }
            try await Task.sleep(for: .seconds(600))
        }
        var brokers = BrokerFixture(registry: registry)
        brokers.configuration.timeout = .milliseconds(300)
        try await brokers.run { _, publisher in
            let error = try await microError { try await publisher.publish(BrokerMessage(), to: "t") }
            #expect(error.code == .unavailable && error.message.contains("connection refused"), "\(error)")
        }
    }

    @Test func publishIsCancellable() async throws {
        let backend = MemoryBackend()
        try await BrokerFixture(registry: MemoryRegistry(backend: backend)).run { _, publisher in
            backend.stopRegistries()
            let publishing = Task { try await publisher.publish(BrokerMessage(), to: "t") }
            publishing.cancel()
            await #expect(throws: CancellationError.self) { try await publishing.value }
        }
    }

    /// Their tasks were not cancelled, so `CancellationError` would be wrong.
    @Test func closeFailsWaitingOperationsWithClosed() async throws {
        let registry = CountingRegistry(MemoryRegistry(backend: MemoryBackend())) { _ in
            try await Task.sleep(for: .seconds(600))
        }
        let stalled = StalledRegistry(registry: MemoryRegistry(backend: MemoryBackend()))
        let publisher = try HTTPBroker(registry: registry)
        let subscriber = try HTTPBroker(registry: stalled)
        let publishing = Task { try await publisher.publish(BrokerMessage(), to: "t") }
        let subscribing = Task { _ = try await subscriber.subscribe(to: "t") }
        #expect(await eventually { registry.lookUps.value == 1 && stalled.registrations.value == 1 })
        await publisher.close(deadline: .now)
        await subscriber.close(deadline: .now + .seconds(1))
        for operation in [publishing, subscribing] {
            let error = try await microError { try await operation.value }
            #expect(error.code == .closed && error.origin == MicroError.Origin.broker, "\(error)")
        }
    }

    @Test func wildcardAddressIsNotAdvertised() async throws {
        let brokers = BrokerFixture.inMemory {
            $0.address = Address(host: "0.0.0.0", port: 0)
            $0.advertise = Address(host: "127.0.0.1")
        }
        try await brokers.run { subscriber, publisher in
            let subscription = try await subscriber.subscribe(to: "t")
            let node = try #require(try await brokers.registry.subscribers(of: "t").first)
            #expect(node.address == "127.0.0.1" && node.port != 0)
            try await publisher.publish(BrokerMessage(text: "1"), to: "t")
            #expect(try await subscription.first(1).map(\.text) == ["1"])
        }
    }

    @Test func usedPortFailsSubscribe() async throws {
        try await BrokerFixture.inMemory().run { subscriber, _ in
            _ = try await subscriber.subscribe(to: "t")
            let listener = try await HTTPTransport().bind(to: Address(host: "127.0.0.1"))
            var configuration = HTTPBrokerConfiguration()
            configuration.address = listener.address
            let second = try HTTPBroker(
                registry: MemoryRegistry(backend: MemoryBackend()), configuration: configuration)
            let error = try await microError { _ = try await second.subscribe(to: "t") }
            #expect(error.code == .unavailable && error.message.contains("in use"), "\(error)")
            // The port is free again: the next attempt succeeds.
            await listener.drain(deadline: .now)
            _ = try await second.subscribe(to: "t")
            await second.close()
        }
    }
}

/// A registry that counts lookups.
private struct CountingRegistry: Registry {
    let lookUps = Counter()
    private let registry: MemoryRegistry
    private let beforeLookUp: @Sendable (_ number: Int) async throws -> Void

    init(
        _ registry: MemoryRegistry, beforeLookUp: @escaping @Sendable (_ number: Int) async throws -> Void = { _ in }
    ) {
        self.registry = registry
        self.beforeLookUp = beforeLookUp
    }

    var name: String { registry.name }
    var capabilities: RegistryCapabilities { registry.capabilities }
    var description: String { registry.description }

    func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        try await registry.register(service, timeToLive: timeToLive)
    }
    func deregister(_ service: ServiceRecord) async throws { try await registry.deregister(service) }
    func lookUp(_ name: String) async throws -> [ServiceRecord] {
        try await beforeLookUp(lookUps.add())
        return try await registry.lookUp(name)
    }
    func list() async throws -> [String] { try await registry.list() }
    func watch(_ name: String?) throws -> RegistryWatch { try registry.watch(name) }
    func close() async { await registry.close() }
}

/// A registry that does not respond to registrations.
private struct StalledRegistry: Registry {
    let registrations = Counter()
    let registry: MemoryRegistry

    var name: String { registry.name }
    var capabilities: RegistryCapabilities { registry.capabilities }
    var description: String { registry.description }

    func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        registrations.add()
        try await Task.sleep(for: .seconds(600))
        return try await registry.register(service, timeToLive: timeToLive)
    }
    func deregister(_ service: ServiceRecord) async throws { try await registry.deregister(service) }
    func lookUp(_ name: String) async throws -> [ServiceRecord] { try await registry.lookUp(name) }
    func list() async throws -> [String] { try await registry.list() }
    func watch(_ name: String?) throws -> RegistryWatch { try registry.watch(name) }
    func close() async { await registry.close() }
}
