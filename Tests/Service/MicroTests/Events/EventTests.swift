// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import MetricsTestKit
import Micro
import MicroMemory
import TestServers
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct EventTests {
    @Test(arguments: BrokerKind.allCases) func publishedEventReachesSubscriber(_ brokerKind: BrokerKind) async throws {
        let (fixture, received) = (
            try ServiceFixture(broker: brokerKind), ValueCollector<(UserCreated, EventContext)>()
        )
        let service = try fixture.makeService("mailer")
        service.subscribe("user.created") { (event: UserCreated, context) in received.add((event, context)) }
        try await fixture.whileServing([service], gracefully: true) {
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
            #expect(record.nodes.first?.metadata["broker"] == fixture.broker?.name)
            try await service.publish(UserCreated(name: "世界"), to: "user.created", headers: ["X-User-Id": "john"])
            #expect(await eventually { !received.values.isEmpty })
            let (event, context) = try #require(received.values.first)
            #expect(event == UserCreated(name: "世界"))
            #expect(context.topic == "user.created" && context.attempt == 1)
            #expect(context.logger[metadataKey: "topic"] == "user.created")
            // go-micro's headers.
            #expect(context.headers["Content-Type"] == "application/json")
            #expect(context.headers["Micro-Topic"] == "user.created")
            #expect(context.headers["Micro-From-Service"] == "mailer")
            #expect(context.headers["X-User-Id"] == "john")
            #expect(UUID(uuidString: context.headers["Micro-Id"] ?? "") != nil)
        }
        #expect(received.values.count == 1)
        #expect(try await fixture.registry.list().isEmpty)
    }

    @Test(arguments: BrokerKind.allCases) func queueMembersShareEventsAndOthersReceiveAll(_ brokerKind: BrokerKind)
        async throws
    {
        let (fixture, mails, audits) = (
            try ServiceFixture(broker: brokerKind), ValueCollector<String>(), ValueCollector<String>()
        )
        let services = try ["1", "2"].map { id in
            let service = try fixture.makeService("mailer", id: id)
            service.subscribe("user.created", queue: "mails") { (event: UserCreated, context) in
                mails.add(event.name)
            }
            service.subscribe("user.created") { (event: UserCreated, context) in audits.add("\(event.name) \(id)") }
            return service
        }
        try await closing(try fixture.makeClient()) { client in
            try await fixture.whileServing(services, gracefully: true) {
                let names = (0..<20).map { "\($0)" }
                for name in names { try await client.publish(UserCreated(name: name), to: "user.created") }
                #expect(await eventually { mails.values.count >= 20 && audits.values.count >= 40 })
                #expect(mails.values.sorted() == names.sorted())
                #expect(audits.values.sorted() == names.flatMap { ["\($0) 1", "\($0) 2"] }.sorted())
            }
        } by: {
            await $0.close()
        }
        #expect(mails.values.count == 20 && audits.values.count == 40)
    }

    @Test(arguments: BrokerKind.allCases) func failingHandlerIsReportedAndDoesNotAffectOthers(_ brokerKind: BrokerKind)
        async throws
    {
        struct DatabaseError: Error {}
        let (fixture, received) = (
            try ServiceFixture(broker: brokerKind), ValueCollector<(name: String, attempt: Int)>()
        )
        let service = try fixture.makeService("failing-\(brokerKind)")
        service.subscribe("user.created", queue: "q") { (event: UserCreated, context) in
            received.add((event.name, context.attempt))
            if event.name == "bad", context.attempt < 3 { throw DatabaseError() }
        }
        try await fixture.whileServing([service], gracefully: true) {
            for name in ["bad", "good"] { try await service.publish(UserCreated(name: name), to: "user.created") }
            let attempts = brokerKind == .atLeastOnce ? [1, 2, 3] : [1]
            #expect(await eventually { received.values.count == attempts.count + 1 })
            #expect(received.values.filter { $0.name == "bad" }.map(\.attempt) == attempts)
            #expect(received.values.filter { $0.name == "good" }.map(\.attempt) == [1])
            #expect(fixture.log.has("error event handler failed", "DatabaseError", "user.created", "attempt"))
        }
    }

    /// Messages of a foreign publisher.
    @Test(
        arguments: BrokerKind.allCases,
        [
            (BrokerMessage(headers: ["Content-Type": "application/json"], text: "{"), "malformed JSON"),
            (BrokerMessage(headers: ["Content-Type": "application/json"], text: #"{"nom":"x"}"#), "name is missing"),
            (BrokerMessage(headers: ["Content-Type": "application/protobuf"], text: "x"), "application/protobuf"),
            (BrokerMessage(), "name is missing"),
        ])
    func undecodableEventIsReportedAndRedeliveredWithBackoff(
        _ brokerKind: BrokerKind, _ malformed: (message: BrokerMessage, problem: String)
    ) async throws {
        let (fixture, received) = (try ServiceFixture(broker: brokerKind), ValueCollector<String>())
        let service = try fixture.makeService("mailer")
        service.subscribe("t", queue: "q") { (event: UserCreated, context) in received.add(event.name) }
        try await fixture.whileServing([service], gracefully: true) {
            try await fixture.broker?.publish(malformed.message, to: "t")
            // Other events are not delayed. An event without a media type is decoded by the first codec.
            try await fixture.broker?.publish(BrokerMessage(text: #"{"name":"x"}"#), to: "t")
            let json = BrokerMessage(
                headers: ["Content-Type": "Application/JSON; charset=utf-8"], text: #"{"name":"y"}"#)
            try await fixture.broker?.publish(json, to: "t")
            #expect(await eventually { received.values == ["x", "y"] })
            #expect(await eventually { fixture.log.has("event handler failed", malformed.problem) })
            guard brokerKind == .atLeastOnce else {
                #expect(await always(during: .milliseconds(300)) { failures(of: fixture) == 1 })
                return
            }
            #expect(await eventually { failures(of: fixture) >= 3 })
            // The next delays are at least 40, 80 and 160 ms.
            #expect(await grows(byLessThan: 4, per: .milliseconds(300)) { failures(of: fixture) })
        }
    }

    private func failures(of fixture: ServiceFixture) -> Int {
        fixture.log.text.count { $0.contains("event handler failed") }
    }

    @Test func eventExceedingMaxAttemptsGoesToDeadLetterTopic() async throws {
        let (fixture, deadLetters) = (try ServiceFixture(broker: .atLeastOnce), ValueCollector<EventContext>())
        let service = try fixture.makeService("mailer")
        var options = SubscribeOptions()
        (options.maxAttempts, options.deadLetterTopic) = (2, "dead")
        service.subscribe("t", queue: "q", options: options) { (event: UserCreated, context) in }
        service.subscribe("dead", queue: "q") { (text: String, context) in deadLetters.add(context) }
        try await fixture.whileServing([service], gracefully: true) {
            try await fixture.broker?.publish(
                BrokerMessage(headers: ["Content-Type": "application/json", "k": "v"], text: #""malformed""#), to: "t")
            #expect(await eventually { deadLetters.values.count == 1 })
            #expect(deadLetters.values.first?.headers["k"] == "v")
            #expect(failures(of: fixture) == 2)
        }
    }

    @Test(arguments: [1, 3]) func concurrencyLimitsEventsHandledAtOnce(_ concurrency: Int) async throws {
        let (fixture, active, activeCounts) = (
            try ServiceFixture(broker: .atMostOnce), Counter(), ValueCollector<Int>()
        )
        let gate = AsyncStream.makeStream(of: Void.self)
        let service = try fixture.makeService("mailer")
        service.subscribe("t", concurrency: concurrency) { (event: UserCreated, context) in
            activeCounts.add(active.add())
            for await _ in gate.stream {}
            active.add(-1)
        }
        try await fixture.whileServing([service], gracefully: true) {
            for _ in 0..<10 { try await service.publish(UserCreated(name: ""), to: "t") }
            #expect(await eventually { active.value == concurrency })
            #expect(await always(during: .milliseconds(50)) { active.value == concurrency })
            gate.continuation.finish()
            #expect(await eventually { activeCounts.values.count == 10 })
        }
        #expect(activeCounts.values.max() == concurrency)
    }

    @Test func droppedEventsAreReported() async throws {
        let metrics = Telemetry.metrics
        let (fixture, received) = (try ServiceFixture(broker: .atMostOnce), Counter())
        let gate = AsyncStream.makeStream(of: Void.self)
        let service = try fixture.makeService("dropping")
        var options = SubscribeOptions()
        options.maxBufferedMessages = 2
        service.subscribe("t", options: options) { (event: UserCreated, context) in
            received.add()
            for await _ in gate.stream {}
        }
        try await fixture.whileServing([service], gracefully: true) {
            try await service.publish(UserCreated(name: ""), to: "t")
            #expect(await eventually { received.value == 1 })
            for _ in 0..<7 { try await service.publish(UserCreated(name: ""), to: "t") }
            gate.continuation.finish()
            #expect(await eventually { fixture.log.has("warning events dropped", "5") })
            let drops = try metrics.expectCounter(
                "micro.events.dropped", [("service", "dropping"), ("topic", "t")])
            #expect(drops.totalValue == 5 && received.value == 3)
        }
    }
}
