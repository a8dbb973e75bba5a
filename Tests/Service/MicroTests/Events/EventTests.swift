// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import MetricsTestKit
import Micro
import MicroMemory
import ServiceLifecycle
import TestServers
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct EventTests {
    @Test(arguments: BrokerKind.allCases) func publishedEventReachesSubscriber(_ brokerKind: BrokerKind) async throws {
        let (fixture, seen) = (try EventTestFixture(brokerKind), ValueCollector<(UserCreated, EventContext)>())
        let service = try fixture.makeService()
        service.subscribe("user.created") { (event: UserCreated, context) in seen.add((event, context)) }
        try await fixture.whileServing(service) {
            let record = try #require(try await fixture.registry.lookUp("mailer").first)
            #expect(
                record.endpoints == [
                    Endpoint(
                        name: "Func",
                        request: ValueShape(
                            name: "UserCreated", type: "UserCreated", values: [ValueShape(name: "name", type: "string")]
                        ),
                        metadata: ["subscriber": "true", "topic": "user.created"])
                ])
            #expect(record.nodes.first?.metadata["broker"] == fixture.broker.name)
            try await service.publish(UserCreated(name: "世界"), to: "user.created", headers: ["X-User-Id": "john"])
            #expect(await eventually { !seen.values.isEmpty })
            let (event, context) = try #require(seen.values.first)
            #expect(event == UserCreated(name: "世界"))
            #expect(context.topic == "user.created" && context.attempt == 1)
            #expect(context.logger[metadataKey: "topic"] == "user.created")
            // As go-micro sends them.
            #expect(context.headers["Content-Type"] == "application/json")
            #expect(context.headers["Micro-Topic"] == "user.created")
            #expect(context.headers["Micro-From-Service"] == "mailer")
            #expect(context.headers["X-User-Id"] == "john")
            #expect(UUID(uuidString: context.headers["Micro-Id"] ?? "") != nil)
        }
        #expect(seen.values.count == 1)
        #expect(try await fixture.registry.list().isEmpty)
    }

    @Test(arguments: BrokerKind.allCases) func queueMembersShareEventsAndOthersReceiveAll(_ brokerKind: BrokerKind)
        async throws
    {
        let (fixture, mails, audits) = (
            try EventTestFixture(brokerKind), ValueCollector<String>(), ValueCollector<String>()
        )
        let services = try ["1", "2"].map { id in
            let service = try fixture.makeService(id: id)
            service.subscribe("user.created", queue: "mails") { (event: UserCreated, context) in
                mails.add(event.name)
            }
            service.subscribe("user.created") { (event: UserCreated, context) in audits.add("\(event.name) \(id)") }
            return service
        }
        let client = try Client(
            registry: fixture.registry, transport: MemoryTransport(backend: fixture.backend), broker: fixture.broker)
        try await fixture.whileServing(services[0], services[1]) {
            let names = (0..<20).map { "\($0)" }
            for name in names { try await client.publish(UserCreated(name: name), to: "user.created") }
            #expect(await eventually { mails.values.count >= 20 && audits.values.count >= 40 })
            #expect(mails.values.sorted() == names.sorted())
            #expect(audits.values.sorted() == names.flatMap { ["\($0) 1", "\($0) 2"] }.sorted())
        }
        #expect(mails.values.count == 20 && audits.values.count == 40)
        await client.close()
    }

    @Test(arguments: BrokerKind.allCases) func failingHandlerIsReportedAndDoesNotAffectOthers(_ brokerKind: BrokerKind)
        async throws
    {
        struct DatabaseError: Error {}
        let metrics = Telemetry.metrics
        let (fixture, seen) = (try EventTestFixture(brokerKind), ValueCollector<(name: String, attempt: Int)>())
        let service = try fixture.makeService("failing-\(brokerKind)")
        service.subscribe("user.created", queue: "q") { (event: UserCreated, context) in
            seen.add((event.name, context.attempt))
            if event.name == "bad", context.attempt < 3 { throw DatabaseError() }
        }
        try await fixture.whileServing(service) {
            for name in ["bad", "good"] { try await service.publish(UserCreated(name: name), to: "user.created") }
            let attempts = brokerKind == .atLeastOnce ? [1, 2, 3] : [1]
            #expect(await eventually { seen.values.count == attempts.count + 1 })
            #expect(seen.values.filter { $0.name == "bad" }.map(\.attempt) == attempts)
            #expect(seen.values.filter { $0.name == "good" }.map(\.attempt) == [1])
            #expect(fixture.log.has("error an event was not handled", "DatabaseError", "user.created", "attempt"))
            let failures = try metrics.expectCounter(
                "micro.events.failures", [("service", "failing-\(brokerKind)"), ("topic", "user.created")])
            #expect(failures.totalValue == Int64(max(1, attempts.count - 1)))
        }
    }

    /// Whatever is published to the topic by somebody else.
    @Test(
        arguments: BrokerKind.allCases,
        [
            (BrokerMessage(headers: ["Content-Type": "application/json"], text: "{"), "malformed JSON"),
            (BrokerMessage(headers: ["Content-Type": "application/json"], text: #"{"nom":"x"}"#), "name is missing"),
            (BrokerMessage(headers: ["Content-Type": "application/protobuf"], text: "x"), "application/protobuf"),
            (BrokerMessage(), "malformed JSON"),
        ])
    func undecodableEventIsReportedAndRedeliveredWithBackoff(
        _ brokerKind: BrokerKind, _ poison: (message: BrokerMessage, problem: String)
    ) async throws {
        let (fixture, seen) = (try EventTestFixture(brokerKind), ValueCollector<String>())
        let service = try fixture.makeService()
        service.subscribe("t", queue: "q") { (event: UserCreated, context) in seen.add(event.name) }
        try await fixture.whileServing(service) {
            let end = ContinuousClock.now + .milliseconds(500)
            try await fixture.broker.publish(poison.message, to: "t")
            // It holds up nobody, and without a type it is taken for what the codecs read first.
            try await fixture.broker.publish(BrokerMessage(text: #"{"name":"x"}"#), to: "t")
            let json = BrokerMessage(
                headers: ["Content-Type": "Application/JSON; charset=utf-8"], text: #"{"name":"y"}"#)
            try await fixture.broker.publish(json, to: "t")
            #expect(await eventually { seen.values == ["x", "y"] })
            #expect(await eventually { fixture.log.has("an event was not handled", poison.problem) })
            #expect(await always(during: end - .now) { failures(of: fixture) <= (brokerKind == .atLeastOnce ? 20 : 1) })
        }
    }

    private func failures(of fixture: EventTestFixture) -> Int {
        fixture.log.text.count { $0.contains("an event was not handled") }
    }

    @Test func eventExceedingMaxAttemptsGoesToDeadLetterTopic() async throws {
        let (fixture, dead) = (try EventTestFixture(.atLeastOnce), ValueCollector<EventContext>())
        let service = try fixture.makeService()
        var options = SubscribeOptions()
        (options.maxAttempts, options.deadLetterTopic) = (2, "dead")
        service.subscribe("t", queue: "q", options: options) { (event: UserCreated, context) in }
        service.subscribe("dead", queue: "q") { (text: String, context) in dead.add(context) }
        try await fixture.whileServing(service) {
            try await fixture.broker.publish(
                BrokerMessage(headers: ["Content-Type": "application/json", "k": "v"], text: #""poison""#), to: "t")
            #expect(await eventually { dead.values.count == 1 })
            #expect(dead.values.first?.headers["k"] == "v")
            #expect(failures(of: fixture) == 2)
        }
    }

    @Test(arguments: [1, 3]) func concurrencyLimitsEventsHandledAtOnce(_ concurrency: Int) async throws {
        let (fixture, inside, activeCounts) = (try EventTestFixture(.atMostOnce), Counter(), ValueCollector<Int>())
        let gate = AsyncStream.makeStream(of: Void.self)
        let service = try fixture.makeService()
        service.subscribe("t", concurrency: concurrency) { (event: UserCreated, context) in
            activeCounts.add(inside.add())
            for await _ in gate.stream {}
            inside.add(-1)
        }
        try await fixture.whileServing(service) {
            for _ in 0..<10 { try await service.publish(UserCreated(name: ""), to: "t") }
            #expect(await eventually { inside.value == concurrency })
            #expect(await always(during: .milliseconds(50)) { inside.value == concurrency })
            gate.continuation.finish()
            #expect(await eventually { activeCounts.values.count == 10 })
        }
        #expect(activeCounts.values.max() == concurrency)
    }

    @Test func droppedEventsAreReported() async throws {
        let metrics = Telemetry.metrics
        let (fixture, seen) = (try EventTestFixture(.atMostOnce), Counter())
        let gate = AsyncStream.makeStream(of: Void.self)
        let service = try fixture.makeService("dropping")
        var options = SubscribeOptions()
        options.maxBufferedMessages = 2
        service.subscribe("t", options: options) { (event: UserCreated, context) in
            seen.add()
            for await _ in gate.stream {}
        }
        try await fixture.whileServing(service) {
            try await service.publish(UserCreated(name: ""), to: "t")
            #expect(await eventually { seen.value == 1 })
            for _ in 0..<7 { try await service.publish(UserCreated(name: ""), to: "t") }
            gate.continuation.finish()
            #expect(await eventually { fixture.log.has("warning events were dropped", "5") })
            let drops = try metrics.expectCounter(
                "micro.events.dropped", [("service", "dropping"), ("topic", "t")])
            #expect(drops.totalValue == 5 && seen.value == 3)
        }
    }

    @Test(arguments: BrokerKind.allCases) func gracefulShutdownFinishesReceivedEvents(_ brokerKind: BrokerKind)
        async throws
    {
        let (fixture, handled, gate) = (
            try EventTestFixture(brokerKind), Counter(), AsyncStream.makeStream(of: Void.self)
        )
        let service = try fixture.makeService()
        service.subscribe("t", queue: "q") { (event: UserCreated, context) in
            for await _ in gate.stream {}
            handled.add()
        }
        var opener: Task<Void, any Error>?
        try await fixture.whileServing(service) {
            for _ in 0..<5 { try await service.publish(UserCreated(name: ""), to: "t") }
            // Only when the service has left the registry.
            opener = Task {
                _ = try await eventually { try await fixture.registry.lookUp("mailer").isEmpty }
                gate.continuation.finish()
            }
        }
        try await opener?.value
        // What nobody acknowledged stays with a broker that can keep it.
        #expect(brokerKind == .atLeastOnce ? (1...5).contains(handled.value) : handled.value == 5)
    }

    @Test func hangingEventHandlerDoesNotBlockShutdownOrCancellation() async throws {
        for isGraceful in [true, false] {
            let (fixture, inside, cancelled) = (try EventTestFixture(.atLeastOnce), Counter(), Counter())
            let service = try fixture.makeService { $0.drainTimeout = .milliseconds(100) }
            service.subscribe("t", queue: "q") { (event: UserCreated, context) in
                inside.add()
                do { try await Task.sleep(for: .seconds(600)) } catch { cancelled.add() }
            }
            let group = ServiceGroup(
                configuration: .init(
                    services: [.init(service: service)], logger: Logger(label: "x") { _ in SwiftLogNoOpLogHandler() }))
            let running = Task { try await group.run() }
            #expect(try await eventually { try await !fixture.registry.lookUp("mailer").isEmpty })
            for _ in 0..<3 { try await service.publish(UserCreated(name: ""), to: "t") }
            #expect(await eventually { inside.value == 1 })
            if isGraceful { await group.triggerGracefulShutdown() } else { running.cancel() }
            _ = await running.result
            #expect(cancelled.value == 1 && inside.value == 1)
            #expect(try await fixture.registry.lookUp("mailer").isEmpty)
        }
    }

    @Test func closingBrokerStopsAndDeregistersService() async throws {
        let fixture = try EventTestFixture(.atMostOnce)
        let service = try fixture.makeService()
        service.subscribe("t") { (event: UserCreated, context) in }
        let running = Task { try await service.run() }
        #expect(try await eventually { try await !fixture.registry.lookUp("mailer").isEmpty })
        await fixture.broker.close()
        await #expect { try await running.value } throws: { ($0 as? MicroError)?.code == .closed }
        #expect(try await fixture.registry.lookUp("mailer").isEmpty)
    }

    @Test func invalidSubscriptionsFailAtStart() async throws {
        struct Unreadable: Sendable {}
        let fixture = try EventTestFixture(.http)
        func problem(_ prepare: (Microservice) -> Void) async throws -> MicroError? {
            let service = try fixture.makeService()
            prepare(service)
            do { try await service.run() } catch { return error as? MicroError }
            return nil
        }
        let unreadable = try await problem { $0.subscribe("t") { (event: Unreadable, context) in } }
        #expect(unreadable?.message.contains("make it Codable") == true)
        let none = try await problem { $0.subscribe("t", concurrency: 0) { (event: UserCreated, context) in } }
        #expect(none?.code == .invalidArgument)
        let topic = try await problem { $0.subscribe("a b") { (event: UserCreated, context) in } }
        #expect(topic?.code == .invalidTopic)
        let wildcard = try await problem {
            $0.subscribe("a") { (event: UserCreated, context) in }
            $0.subscribe("a.*") { (event: UserCreated, context) in }
        }
        #expect(wildcard?.code == .unsupported)
        // The one that was made before has ended.
        #expect(try await eventually { try await fixture.registry.list().isEmpty })
        let client = try Client(registry: fixture.registry, broker: fixture.broker)
        await #expect { try await client.publish(Unreadable(), to: "t") } throws: {
            ($0 as? MicroError)?.code == .unsupported
        }
        await client.close()
        await fixture.broker.close()
    }
}
