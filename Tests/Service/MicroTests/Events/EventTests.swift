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
    @Test(arguments: Way.allCases) func anEventReachesItsHandler(_ way: Way) async throws {
        let (bench, seen) = (try EventBench(way), Seen<(UserCreated, EventContext)>())
        let service = try bench.makeService()
        service.subscribe("user.created") { (event: UserCreated, context) in seen.add((event, context)) }
        try await bench.whileServing(service) {
            let record = try #require(try await bench.registry.lookUp("mailer").first)
            #expect(
                record.endpoints == [
                    Endpoint(
                        name: "Func",
                        request: ValueShape(
                            name: "UserCreated", type: "UserCreated", values: [ValueShape(name: "name", type: "string")]
                        ),
                        metadata: ["subscriber": "true", "topic": "user.created"])
                ])
            #expect(record.nodes.first?.metadata["broker"] == bench.broker.name)
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
        #expect(try await bench.registry.list().isEmpty)
    }

    @Test(arguments: Way.allCases) func ofAQueueOneGetsEachAndAllOthersGetAll(_ way: Way) async throws {
        let (bench, mails, audits) = (try EventBench(way), Seen<String>(), Seen<String>())
        let services = try ["1", "2"].map { id in
            let service = try bench.makeService(id: id)
            service.subscribe("user.created", queue: "mails") { (event: UserCreated, context) in
                mails.add(event.name)
            }
            service.subscribe("user.created") { (event: UserCreated, context) in audits.add("\(event.name) \(id)") }
            return service
        }
        let client = try Client(
            registry: bench.registry, transport: MemoryTransport(backend: bench.backend), broker: bench.broker)
        try await bench.whileServing(services[0], services[1]) {
            let names = (0..<20).map { "\($0)" }
            for name in names { try await client.publish(UserCreated(name: name), to: "user.created") }
            #expect(await eventually { mails.values.count >= 20 && audits.values.count >= 40 })
            #expect(mails.values.sorted() == names.sorted())
            #expect(audits.values.sorted() == names.flatMap { ["\($0) 1", "\($0) 2"] }.sorted())
        }
        #expect(mails.values.count == 20 && audits.values.count == 40)
        await client.close()
    }

    @Test(arguments: Way.allCases) func aHandlerThatFailsIsToldAndConcernsNoOther(_ way: Way) async throws {
        struct DatabaseError: Error {}
        let metrics = Telemetry.metrics
        let (bench, seen) = (try EventBench(way), Seen<(name: String, attempt: Int)>())
        let service = try bench.makeService("failing-\(way)")
        service.subscribe("user.created", queue: "q") { (event: UserCreated, context) in
            seen.add((event.name, context.attempt))
            if event.name == "bad", context.attempt < 3 { throw DatabaseError() }
        }
        try await bench.whileServing(service) {
            for name in ["bad", "good"] { try await service.publish(UserCreated(name: name), to: "user.created") }
            let attempts = way == .atLeastOnce ? [1, 2, 3] : [1]
            #expect(await eventually { seen.values.count == attempts.count + 1 })
            #expect(seen.values.filter { $0.name == "bad" }.map(\.attempt) == attempts)
            #expect(seen.values.filter { $0.name == "good" }.map(\.attempt) == [1])
            #expect(bench.log.has("error an event was not handled", "DatabaseError", "user.created", "attempt"))
            let failures = try metrics.expectCounter(
                "micro.events.failures", [("service", "failing-\(way)"), ("topic", "user.created")])
            #expect(failures.totalValue == Int64(max(1, attempts.count - 1)))
        }
    }

    /// Whatever is published to the topic by somebody else.
    @Test(
        arguments: Way.allCases,
        [
            (Message(headers: ["Content-Type": "application/json"], text: "{"), "malformed JSON"),
            (Message(headers: ["Content-Type": "application/json"], text: #"{"nom":"x"}"#), "name is missing"),
            (Message(headers: ["Content-Type": "application/protobuf"], text: "x"), "application/protobuf"),
            (Message(), "malformed JSON"),
        ])
    func whatCannotBeReadIsToldAndDoesNotSpin(_ way: Way, _ poison: (message: Message, problem: String)) async throws {
        let (bench, seen) = (try EventBench(way), Seen<String>())
        let service = try bench.makeService()
        service.subscribe("t", queue: "q") { (event: UserCreated, context) in seen.add(event.name) }
        try await bench.whileServing(service) {
            let end = ContinuousClock.now + .milliseconds(500)
            try await bench.broker.publish(poison.message, to: "t")
            // It holds up nobody, and without a type it is taken for what the codecs read first.
            try await bench.broker.publish(Message(text: #"{"name":"x"}"#), to: "t")
            let json = Message(headers: ["Content-Type": "Application/JSON; charset=utf-8"], text: #"{"name":"y"}"#)
            try await bench.broker.publish(json, to: "t")
            #expect(await eventually { seen.values == ["x", "y"] })
            #expect(await eventually { bench.log.has("an event was not handled", poison.problem) })
            #expect(await always(during: end - .now) { failures(of: bench) <= (way == .atLeastOnce ? 20 : 1) })
        }
    }

    private func failures(of bench: EventBench) -> Int {
        bench.log.text.count { $0.contains("an event was not handled") }
    }

    @Test func whatFailsTooOftenEndsAsADeadLetter() async throws {
        let (bench, dead) = (try EventBench(.atLeastOnce), Seen<EventContext>())
        let service = try bench.makeService()
        var options = SubscribeOptions()
        (options.maximumAttempts, options.deadLetterTopic) = (2, "dead")
        service.subscribe("t", queue: "q", options: options) { (event: UserCreated, context) in }
        service.subscribe("dead", queue: "q") { (text: String, context) in dead.add(context) }
        try await bench.whileServing(service) {
            try await bench.broker.publish(
                Message(headers: ["Content-Type": "application/json", "k": "v"], text: #""poison""#), to: "t")
            #expect(await eventually { dead.values.count == 1 })
            #expect(dead.values.first?.headers["k"] == "v")
            #expect(failures(of: bench) == 2)
        }
    }

    @Test(arguments: [1, 3]) func soManyAreHandledAtATime(_ concurrency: Int) async throws {
        let (bench, inside, most) = (try EventBench(.atMostOnce), Counter(), Seen<Int>())
        let gate = AsyncStream.makeStream(of: Void.self)
        let service = try bench.makeService()
        service.subscribe("t", concurrency: concurrency) { (event: UserCreated, context) in
            most.add(inside.add())
            for await _ in gate.stream {}
            inside.add(-1)
        }
        try await bench.whileServing(service) {
            for _ in 0..<10 { try await service.publish(UserCreated(name: ""), to: "t") }
            #expect(await eventually { inside.value == concurrency })
            #expect(await always(during: .milliseconds(50)) { inside.value == concurrency })
            gate.continuation.finish()
            #expect(await eventually { most.values.count == 10 })
        }
        #expect(most.values.max() == concurrency)
    }

    @Test func whatIsDroppedIsTold() async throws {
        let metrics = Telemetry.metrics
        let (bench, seen) = (try EventBench(.atMostOnce), Counter())
        let gate = AsyncStream.makeStream(of: Void.self)
        let service = try bench.makeService("dropping")
        var options = SubscribeOptions()
        options.bufferedMessages = 2
        service.subscribe("t", options: options) { (event: UserCreated, context) in
            seen.add()
            for await _ in gate.stream {}
        }
        try await bench.whileServing(service) {
            try await service.publish(UserCreated(name: ""), to: "t")
            #expect(await eventually { seen.value == 1 })
            for _ in 0..<7 { try await service.publish(UserCreated(name: ""), to: "t") }
            gate.continuation.finish()
            #expect(await eventually { bench.log.has("warning events were dropped", "5") })
            let drops = try metrics.expectCounter(
                "micro.events.dropped", [("service", "dropping"), ("topic", "t")])
            #expect(drops.totalValue == 5 && seen.value == 3)
        }
    }

    @Test(arguments: Way.allCases) func aStopFinishesWhatHasCome(_ way: Way) async throws {
        let (bench, handled, gate) = (try EventBench(way), Counter(), AsyncStream.makeStream(of: Void.self))
        let service = try bench.makeService()
        service.subscribe("t", queue: "q") { (event: UserCreated, context) in
            for await _ in gate.stream {}
            handled.add()
        }
        var opener: Task<Void, any Error>?
        try await bench.whileServing(service) {
            for _ in 0..<5 { try await service.publish(UserCreated(name: ""), to: "t") }
            // Only when the service has left the registry.
            opener = Task {
                _ = try await eventually { try await bench.registry.lookUp("mailer").isEmpty }
                gate.continuation.finish()
            }
        }
        try await opener?.value
        // What nobody acknowledged stays with a broker that can keep it.
        #expect(way == .atLeastOnce ? (1...5).contains(handled.value) : handled.value == 5)
    }

    @Test func aHandlerThatNeverEndsHoldsNeitherTheStopNorACancellation() async throws {
        for isGraceful in [true, false] {
            let (bench, inside, cancelled) = (try EventBench(.atLeastOnce), Counter(), Counter())
            let service = try bench.makeService { $0.drainLimit = .milliseconds(100) }
            service.subscribe("t", queue: "q") { (event: UserCreated, context) in
                inside.add()
                do { try await Task.sleep(for: .seconds(600)) } catch { cancelled.add() }
            }
            let group = ServiceGroup(
                configuration: .init(
                    services: [.init(service: service)], logger: Logger(label: "x") { _ in SwiftLogNoOpLogHandler() }))
            let running = Task { try await group.run() }
            #expect(try await eventually { try await !bench.registry.lookUp("mailer").isEmpty })
            for _ in 0..<3 { try await service.publish(UserCreated(name: ""), to: "t") }
            #expect(await eventually { inside.value == 1 })
            if isGraceful { await group.triggerGracefulShutdown() } else { running.cancel() }
            _ = await running.result
            #expect(cancelled.value == 1 && inside.value == 1)
            #expect(try await bench.registry.lookUp("mailer").isEmpty)
        }
    }

    @Test func aServiceWhoseBrokerIsClosedEndsAndDeregisters() async throws {
        let bench = try EventBench(.atMostOnce)
        let service = try bench.makeService()
        service.subscribe("t") { (event: UserCreated, context) in }
        let running = Task { try await service.run() }
        #expect(try await eventually { try await !bench.registry.lookUp("mailer").isEmpty })
        await bench.broker.close()
        await #expect { try await running.value } throws: { ($0 as? MicroError)?.code == .closed }
        #expect(try await bench.registry.lookUp("mailer").isEmpty)
    }

    @Test func whatIsWrongIsToldAtTheStart() async throws {
        struct Unreadable: Sendable {}
        let bench = try EventBench(.http)
        func problem(_ prepare: (Microservice) -> Void) async throws -> MicroError? {
            let service = try bench.makeService()
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
        #expect(try await eventually { try await bench.registry.list().isEmpty })
        let client = try Client(registry: bench.registry, broker: bench.broker)
        await #expect { try await client.publish(Unreadable(), to: "t") } throws: {
            ($0 as? MicroError)?.code == .unsupported
        }
        await client.close()
        await bench.broker.close()
    }
}
