// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroNATS
import TestServers
import TestSupport
import Testing

/// At least once, against a real server: what the contract's cases do not know of.
@Suite(.requiresLocalNATS, .nats, .serialized, .timeLimit(.minutes(3))) struct JetStreamTests {
    private let server: NATSServer

    init() throws { server = try #require(NATSServer.current) }

    private func durable(_ change: (inout NATSConfiguration) -> Void = { _ in }) -> NATSConfiguration {
        configuration(server.url) {
            $0.delivery = .atLeastOnce(stream: "TESTS")
            $0.acknowledgementTimeout = .seconds(1)
            change(&$0)
        }
    }

    @Test func concurrentTopicAdditionsAreKept() async throws {
        let topics = (0..<8).map { "many\($0).\(String.uniqueTopic())" }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for topic in topics {
                group.addTask {
                    // Each with a client of its own: the last one to change the stream must not undo the others.
                    try await withBrokers(durable()) { publisher, subscriber in
                        let inbox = DeliveryCollector(try await subscriber.subscribe(to: topic))
                        try await publisher.publish(BrokerMessage(text: topic), to: topic)
                        #expect(await inbox.has(1))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func patternReplacesCoveredTopics() async throws {
        let prefix = String.uniqueTopic("p")
        try await withBrokers(durable()) { publisher, subscriber in
            try await publisher.publish(BrokerMessage(text: "1"), to: "\(prefix).a")
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: "\(prefix).*"))
            try await publisher.publish(BrokerMessage(text: "2"), to: "\(prefix).b")
            #expect(await inbox.has(1))
            #expect(inbox.deliveries.map(\.topic) == ["\(prefix).b"])
        }
    }

    @Test func streamAndConsumerAreRecreatedAfterDataLoss() async throws {
        let topic = String.uniqueTopic()
        try await withBrokers(durable()) { publisher, subscriber in
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: topic))
            let queued = DeliveryCollector(try await subscriber.subscribe(to: topic, queue: "q"))
            for number in 0..<10 { try await publisher.publish(BrokerMessage(text: "\(number)"), to: topic) }
            #expect(await inbox.has(10))
            #expect(await queued.has(10))
            try await server.wipe()
            // Stream and consumers are made again: by whoever needs them first.
            #expect(
                await eventually {
                    try? await publisher.publish(BrokerMessage(text: "after"), to: topic)
                    return inbox.texts.contains("after") && queued.texts.contains("after")
                })
        }
    }

    /// A connection that breaks while a publication waits for its confirmation: it is sent again, and stored once.
    @Test func everyConfirmedPublicationArrives() async throws {
        let topic = String.uniqueTopic()
        try await withBrokers(durable { $0.timeout = .seconds(10) }) { publisher, subscriber in
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: topic, queue: "q"))
            async let restarts: Void = restart(times: 2, while: inbox)
            for number in 0..<300 { try await publisher.publish(BrokerMessage(text: "\(number)"), to: topic) }
            try await restarts
            #expect(await eventually { Set(inbox.texts).count == 300 })
        }
    }

    private func restart(times: Int, while inbox: DeliveryCollector) async throws {
        for time in 1...times {
            #expect(await inbox.has(time * 50))
            try await server.restart()
        }
    }

    @Test func serverWithoutJetStreamIsUnavailable() async throws {
        var settings = NATSServer.Settings()
        settings.hasJetStream = false
        let plain = try NATSServer(settings)
        try await plain.start()
        var configuration = durable { $0.timeout = .seconds(1) }
        configuration.address = plain.url
        try await withBrokers(configuration) { publisher, subscriber in
            for operation in [
                { try await publisher.publish(BrokerMessage(), to: "t") },
                { _ = try await subscriber.subscribe(to: "t") },
            ] as [() async throws -> Void] {
                let error = await #expect(throws: MicroError.self) { try await operation() }
                #expect(error?.code == .unavailable)
                #expect(error?.message.contains("JetStream") == true)
            }
        }
        await plain.end()
    }

    @Test func fullStreamRejectsPublications() async throws {
        var stream = NATSStream(name: "SMALL")
        stream.maxBytes = 10_000
        let configuration = durable { [stream] in $0.delivery = .atLeastOnce(stream: stream) }
        try await withBrokers(configuration) { publisher, _ in
            let topic = String.uniqueTopic()
            let error = await #expect(throws: MicroError.self) {
                for _ in 0..<100 {
                    try await publisher.publish(BrokerMessage(text: String(repeating: "x", count: 500)), to: topic)
                }
            }
            #expect(error?.code == .resourceExhausted)
        }
    }

    @Test func consumersAreRemovedWithTheirSubscriptions() async throws {
        let before = try await server.resourceCounts().consumers
        try await withBrokers(durable()) { _, subscriber in
            for _ in 0..<20 {
                let subscription = try await subscriber.subscribe(to: .uniqueTopic())
                await subscription.cancel()
            }
            #expect(await eventually { (try? await server.resourceCounts().consumers) == before })
        }
    }

    /// The identities of publications are not seen, and nobody can send commands to the server in a header.
    @Test func jetStreamCommandHeadersAreRejected() async throws {
        let topic = String.uniqueTopic()
        try await withBrokers(durable()) { publisher, subscriber in
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: topic))
            for name in ["Nats-Msg-Id", "nats-rollup", "Nats-Expected-Last-Sequence"] {
                let error = await #expect(throws: MicroError.self) {
                    try await publisher.publish(BrokerMessage(headers: [name: "all"], text: "1"), to: topic)
                }
                #expect(error?.code == .invalidArgument)
            }
            try await publisher.publish(BrokerMessage(headers: ["k": "v"], text: "2"), to: topic)
            #expect(await inbox.has(1))
            #expect(inbox.texts == ["2"] && inbox.deliveries[0].message.headers == ["k": "v"])
        }
    }
}
