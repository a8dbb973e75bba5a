// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroNATS
import NIOCore
import TestServers
import TestSupport
import Testing

/// The parts of JetStream that are not in the broker contract, with a real server.
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
                    // Each topic has its own client: the last update of the stream must not undo the others.
                    try await withBrokers(durable()) { publisher, subscriber in
                        let inbox = DeliveryCollector(try await subscriber.subscribe(to: topic))
                        try await publisher.publish(BrokerMessage(text: topic), to: topic)
                        #expect(await inbox.waitForCount(1))
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
            #expect(await inbox.waitForCount(1))
            #expect(inbox.deliveries.map(\.topic) == ["\(prefix).b"])
        }
    }

    @Test func streamAndConsumerAreRecreatedAfterDataLoss() async throws {
        let topic = String.uniqueTopic()
        try await withBrokers(durable()) { publisher, subscriber in
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: topic))
            let queued = DeliveryCollector(try await subscriber.subscribe(to: topic, queue: "q"))
            for number in 0..<10 { try await publisher.publish(BrokerMessage(text: "\(number)"), to: topic) }
            #expect(await inbox.waitForCount(10))
            #expect(await queued.waitForCount(10))
            try await server.wipe()
            // The stream and the consumers are recreated by the first operation that needs them.
            #expect(
                await eventually {
                    try? await publisher.publish(BrokerMessage(text: "after"), to: topic)
                    return inbox.texts.contains("after") && queued.texts.contains("after")
                })
        }
    }

    /// A publication whose connection breaks before its confirmation is sent again, and stored once.
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
            #expect(await inbox.waitForCount(time * 50))
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

    /// Message IDs are not visible to subscribers, and headers cannot contain commands to the server.
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
            #expect(await inbox.waitForCount(1))
            #expect(inbox.texts == ["2"] && inbox.deliveries[0].message.headers == ["k": "v"])
        }
    }

    // MARK: Consumers that operators delete or change

    @Test(arguments: [nil, "q"] as [String?]) func deletedConsumerResumesWhereItWas(_ queue: String?) async throws {
        let topic = String.uniqueTopic()
        let (before, configuration) = (try await server.consumerNames(of: "TESTS"), durable())
        try await withBrokers(configuration) { publisher, subscriber in
            var options = SubscribeOptions()
            options.start = .all
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: topic, queue: queue, options: options))
            for number in 0..<50 { try await publisher.publish(BrokerMessage(text: "\(number)"), to: topic) }
            #expect(await inbox.waitForCount(50))
            let name = try #require(Set(try await server.consumerNames(of: "TESTS")).subtracting(before).first)
            try await server.administer("$JS.API.CONSUMER.DELETE.TESTS.\(name)")
            for number in 50..<100 { try await publisher.publish(BrokerMessage(text: "\(number)"), to: topic) }
            #expect(await eventually { inbox.texts.contains("99") })
            #expect(inbox.texts == (0..<100).map { "\($0)" })
        }
    }

    /// Two subscriptions of a queue do not share their acknowledgements. Nevertheless, the recreated consumer
    /// does not
    /// start at the first message.
    @Test(.blocking) func deletedSharedConsumerDoesNotRestart() async throws {
        let topic = String.uniqueTopic()
        let before = try await server.consumerNames(of: "TESTS")
        try await withBrokers(durable()) { publisher, subscriber in
            let first = DeliveryCollector(try await subscriber.subscribe(to: topic, queue: "q"))
            let second = DeliveryCollector(try await publisher.subscribe(to: topic, queue: "q"))
            for number in 0..<200 { try await publisher.publish(BrokerMessage(text: "\(number)"), to: topic) }
            #expect(await eventually { first.texts.count + second.texts.count >= 200 })
            let published = try await publishUntilTwoClientsReadState(from: 200, to: topic, by: publisher)
            let name = try #require(Set(try await server.consumerNames(of: "TESTS")).subtracting(before).first)
            try await server.administer("$JS.API.CONSUMER.DELETE.TESTS.\(name)")
            try await publisher.publish(BrokerMessage(text: "last"), to: topic)
            #expect(await eventually { (first.texts + second.texts).contains("last") })
            // A restart would deliver more than 200 messages again.
            #expect(first.texts.count + second.texts.count < published + 100)
            #expect(Set(first.texts + second.texts).count == published + 1)
        }
    }

    /// Publishes numbers until two clients have read the state of a consumer, which they do at most a second after a
    /// message.
    ///
    /// - Returns: The next number.
    private func publishUntilTwoClientsReadState(
        from first: Int, to topic: String, by publisher: NATSBroker
    ) async throws -> Int {
        let observer = try RawNATSClient(server)
        let subject = "$JS.API.CONSUMER.INFO.TESTS."
        observer.send("CONNECT {}", "SUB \(subject)> 1", "PING")
        #expect(observer.receives("PONG"))
        // The clients, by the subjects of their replies without the number of the request.
        var clients: Set<String> = []
        var number = first
        while clients.count < 2, number < first + 90 {
            try await publisher.publish(BrokerMessage(text: "\(number)"), to: topic)
            number += 1
            guard let line = observer.nextLine(startingWith: "MSG \(subject)", within: .milliseconds(200)) else {
                continue
            }
            let reply = line.split(separator: " ").dropFirst(3).first ?? ""
            clients.insert(reply.split(separator: ".").dropLast().joined(separator: "."))
        }
        #expect(clients.count == 2)
        return number
    }

    /// A consumer that an operator creates under the same name starts at the first message.
    @Test func replacedConsumerResumesWhereItWas() async throws {
        let topic = String.uniqueTopic()
        let before = try await server.consumerNames(of: "TESTS")
        try await withBrokers(durable()) { publisher, subscriber in
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: topic, queue: "q"))
            for number in 0..<20 { try await publisher.publish(BrokerMessage(text: "\(number)"), to: topic) }
            #expect(await inbox.waitForCount(20))
            let name = try #require(Set(try await server.consumerNames(of: "TESTS")).subtracting(before).first)
            try await server.administer(
                "$JS.API.CONSUMER.DELETE.TESTS.\(name)", "",
                then: "$JS.API.CONSUMER.DURABLE.CREATE.TESTS.\(name)",
                #"{"stream_name":"TESTS","config":{"durable_name":"\#(name)","deliver_policy":"all","ack_policy":"explicit","filter_subject":"\#(topic)"}}"#
            )
            for number in 20..<40 { try await publisher.publish(BrokerMessage(text: "\(number)"), to: topic) }
            #expect(await eventually { inbox.texts.contains("39") })
            #expect(inbox.texts == (0..<40).map { "\($0)" })
        }
    }

    @Test func changedConsumerContinues() async throws {
        let topic = String.uniqueTopic()
        let before = try await server.consumerNames(of: "TESTS")
        try await withBrokers(durable()) { publisher, subscriber in
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: topic, queue: "q"))
            for number in 0..<20 { try await publisher.publish(BrokerMessage(text: "\(number)"), to: topic) }
            #expect(await inbox.waitForCount(20))
            let name = try #require(Set(try await server.consumerNames(of: "TESTS")).subtracting(before).first)
            try await server.administer(
                "$JS.API.CONSUMER.DURABLE.CREATE.TESTS.\(name)",
                #"{"stream_name":"TESTS","config":{"durable_name":"\#(name)","deliver_policy":"all","ack_policy":"explicit","filter_subject":"\#(topic)","ack_wait":60000000000,"max_ack_pending":-1,"max_deliver":-1}}"#
            )
            for number in 20..<40 { try await publisher.publish(BrokerMessage(text: "\(number)"), to: topic) }
            #expect(await eventually { inbox.texts.contains("39") })
            #expect(inbox.texts == (0..<40).map { "\($0)" })
        }
    }

    // MARK: Limits

    @Test func limitsHaveCodes() async throws {
        var settings = NATSServer.Settings()
        let account = { (limits: String) in
            "accounts { A { jetstream { \(limits) }, users: [{ user: u, password: p }] } }\nno_auth_user: u"
        }
        settings.configuration = account("max_streams: 1, max_consumers: 2, max_file: 1000000")
        let server = try NATSServer(settings)
        try await server.start()
        let first = configuration(server.url) { $0.delivery = .atLeastOnce(stream: "FIRST") }
        try await withBrokers(first) { publisher, subscriber in
            try await publisher.publish(BrokerMessage(text: "1"), to: "first.a")
            let second = configuration(server.url) { $0.delivery = .atLeastOnce(stream: "SECOND") }
            try await withBrokers(second) { other, _ in
                await expect(.resourceExhausted) { try await other.publish(BrokerMessage(text: "1"), to: "second.a") }
            }
            let held = [try await subscriber.subscribe(to: "first.a"), try await subscriber.subscribe(to: "first.a")]
            await expect(.resourceExhausted) { _ = try await subscriber.subscribe(to: "first.a") }
            withExtendedLifetime(held) {}
            // A reload lowers the account's limit to what is stored.
            let body = ByteBuffer(repeating: 1, count: 100_000)
            await expect(.resourceExhausted) {
                for _ in 0..<20 { try await publisher.publish(BrokerMessage(body: body), to: "first.a") }
            }
            try await server.reconfigure(account("max_streams: 1, max_consumers: 2, max_file: 1000"))
            await expect(.resourceExhausted) { try await publisher.publish(BrokerMessage(body: body), to: "first.a") }
        }
        await server.end()
    }

    @Test func messageSizeLimitsHaveCodes() async throws {
        let topic = String.uniqueTopic()
        try await withBrokers(durable()) { publisher, _ in
            try await publisher.publish(BrokerMessage(text: "1"), to: topic)
            let configuration = durable { $0.delivery = .atLeastOnce(stream: NATSStream(name: "SIZED")) }
            try await withBrokers(configuration) { sized, _ in
                try await sized.publish(BrokerMessage(text: "1"), to: "sized.a")
                let change =
                    #"{"name":"SIZED","subjects":["sized.a"],"max_msg_size":100,"max_age":604800000000000,"#
                    + #""duplicate_window":120000000000}"#
                try await server.administer("$JS.API.STREAM.UPDATE.SIZED", change)
                await expect(.payloadTooLarge) {
                    try await sized.publish(BrokerMessage(body: ByteBuffer(repeating: 1, count: 1000)), to: "sized.a")
                }
                // A reload lowers the server's maximum payload.
                try await server.reconfigure("max_payload: 2000")
                await expect(.payloadTooLarge) {
                    try await publisher.publish(BrokerMessage(body: ByteBuffer(repeating: 1, count: 5000)), to: topic)
                }
                try await server.reconfigure("")
            }
        }
    }

    private func expect(
        _ code: MicroError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ operation: () async throws -> Void
    ) async {
        let error = await #expect(throws: MicroError.self, sourceLocation: sourceLocation) { try await operation() }
        #expect(error?.code == code, sourceLocation: sourceLocation)
    }
}

extension NATSServer {
    /// Sends requests as an operator, one after another, without waiting for the responses.
    fileprivate func administer(
        _ subject: String, _ body: String = "", then next: String? = nil, _ nextBody: String = ""
    )
        async throws
    {
        let client = try RawNATSClient(self)
        client.send(#"CONNECT {"verbose":false,"headers":true}"#)
        for (subject, body) in [(subject, body), (next ?? "", nextBody)] where !subject.isEmpty {
            client.send("PUB \(subject) _INBOX.operator \(body.utf8.count)", body)
        }
        client.send("PING")
        #expect(client.receives("PONG"))
    }

    fileprivate func consumerNames(of stream: String) async throws -> [String] {
        struct Response: Decodable {
            struct Account: Decodable { let streamDetail: [Stream]? }
            struct Stream: Decodable {
                let name: String
                let consumerDetail: [Consumer]?
            }
            struct Consumer: Decodable { let name: String }
            let accountDetails: [Account]?
        }
        let (_, text) = try await request("/jsz?consumers=true")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let response = try decoder.decode(Response.self, from: Data(text.utf8))
        return (response.accountDetails ?? []).flatMap { $0.streamDetail ?? [] }.filter { $0.name == stream }
            .flatMap { $0.consumerDetail ?? [] }.map(\.name)
    }
}
