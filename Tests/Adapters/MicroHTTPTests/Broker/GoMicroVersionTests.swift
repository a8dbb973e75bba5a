// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroHTTP
import NIOCore
import TestServers
import TestSupport
import Testing

/// A version of go-micro, with what was recorded from its HTTP broker.
struct GoMicroVersion: Sendable, CustomTestStringConvertible {
    let name: String
    /// The service under which a subscriber of `events.hello` registers.
    let service: String
    /// The node ID, without its varying suffix.
    let nodeIDPrefix: String
    let metadata: [String: String]
    let path: String
    /// The envelope of a publisher.
    let envelope: String
    /// The headers that subscribers require.
    let requiredHeaders: [String]

    var testDescription: String { name }

    private static let sharedMetadata = ["broker": "http", "secure": "false", "topic": "events.hello"]

    static let all = [
        GoMicroVersion(
            name: "v0.14.1", service: "topic:events.hello", nodeIDPrefix: "broker-", metadata: ["secure": "false"],
            path: "/_sub",
            envelope:
                #"{"Header":{":topic":"events.hello","Content-Type":"application/protobuf","X-User-Id":"john"},"Body":"CgRKb2hu"}"#,
            requiredHeaders: [":topic", "Content-Type"]),
        GoMicroVersion(
            name: "v0.20.0", service: "topic:events.hello", nodeIDPrefix: "broker-", metadata: ["secure": "false"],
            path: "/_sub",
            envelope:
                #"{"Header":{":topic":"events.hello","Content-Type":"application/protobuf","X-Micro-From-Service":"greeter-cli","X-Micro-Id":"f5022856-b8ed-4839-a45a-c40faa294512","X-Micro-Topic":"events.hello","X-User-Id":"john"},"Body":"CgRKb2hu"}"#,
            requiredHeaders: [":topic"]),
        GoMicroVersion(
            name: "v1.0.0", service: "topic:events.hello", nodeIDPrefix: "broker-", metadata: ["secure": "false"],
            path: "/_sub",
            envelope:
                #"{"Header":{":topic":"events.hello","Content-Type":"application/protobuf","Micro-From-Service":"greeter-cli","Micro-Id":"2c75c03f-fc47-40fc-8411-918fae98bc06","Micro-Topic":"events.hello","X-User-Id":"john"},"Body":"CgRKb2hu"}"#,
            requiredHeaders: [":topic"]),
        GoMicroVersion(
            name: "v1.18.0", service: "go.micro.http.broker", nodeIDPrefix: "events.hello-", metadata: sharedMetadata,
            path: "/_sub",
            envelope:
                #"{"Header":{":topic":"events.hello","Content-Type":"application/protobuf","Micro-From-Service":"greeter-cli","Micro-Id":"caf7145f-11b1-4c9a-8f0e-019425686fa0","Micro-Topic":"events.hello","X-User-Id":"john"},"Body":"CgRKb2hu"}"#,
            requiredHeaders: [":topic", "Micro-Topic"]),
        GoMicroVersion(
            name: "v4.11.0", service: "micro.http.broker", nodeIDPrefix: "events.hello-", metadata: sharedMetadata,
            path: "/",
            envelope:
                #"{"Header":{"Content-Type":"application/protobuf","Micro-ID":"774772b7-4c11-49ea-a4fb-8f1c0c2b0499","Micro-Topic":"events.hello","X-User-Id":"john"},"Body":"CgRKb2hu"}"#,
            requiredHeaders: ["Micro-Topic"]),
    ]

    /// The record that a subscriber writes.
    func record(id: String = "16dac8e4-b1d4-4c0b-a09d-9a89899685a2", queue: String? = nil, port: Int) -> ServiceRecord {
        let node = Node(id: nodeIDPrefix + id, address: "127.0.0.1", port: port, metadata: metadata)
        return ServiceRecord(name: service, version: queue ?? "ff.http.broadcast", nodes: [node])
    }

    /// The recorded request of a publisher, for another subscriber.
    func request(for node: Node) -> String {
        """
        POST \(path)?id=\(node.id) HTTP/1.1\r\nHost: 127.0.0.1:25351\r\nUser-Agent: Go-http-client/1.1\r\n\
        Content-Length: \(envelope.utf8.count)\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\n\r\n\
        \(envelope)
        """
    }
}

/// The HTTP broker with publishers and subscribers of all recorded versions of go-micro.
@Suite(.timeLimit(.minutes(1))) struct GoMicroVersionTests {
    /// A subscriber that records requests.
    private func subscriber(_ requests: ValueCollector<ScriptedRequest>) throws -> ScriptedServer {
        try ScriptedServer(responding: { request in
            requests.add(request)
            return ScriptedResponse()
        })
    }

    @Test(arguments: GoMicroVersion.all) func publisherReachesSwiftSubscriberOnce(_ version: GoMicroVersion)
        async throws
    {
        let brokers = BrokerFixture.inMemory()
        try await brokers.run { subscriber, _ in
            let subscription = try await subscriber.subscribe(to: "events.hello")
            // Finds it like the publisher: by the name of the service and, if nodes have it, the metadata.
            let nodes = try await brokers.registry.lookUp(version.service).filter { $0.version == "ff.http.broadcast" }
                .flatMap(\.nodes).filter { $0.metadata == version.metadata }
            #expect(nodes.count == 1)
            let node = try #require(nodes.first)
            let raw = try await RawConnection.open(to: Address(node))
            try await raw.send(version.request(for: node))
            #expect(await raw.responses(1).first?.status == "HTTP/1.1 200 OK")
            let message = try #require(try await subscription.first(1).first?.message)
            #expect(message.body == ByteBuffer(string: "\n\u{4}John"))
            #expect(message.headers["Content-Type"] == "application/protobuf" && message.headers["X-User-Id"] == "john")
            #expect(message.headers[":topic"] == nil)
            #expect(await subscription.staysEmpty())
            raw.close()
        }
    }

    /// A message of a typed publisher, and a raw one without headers.
    @Test(arguments: GoMicroVersion.all, [["Content-Type": "application/protobuf"], [:]] as [Headers])
    func swiftPublisherReachesSubscriberOnce(_ version: GoMicroVersion, headers: Headers) async throws {
        let requests = ValueCollector<ScriptedRequest>()
        let server = try subscriber(requests)
        defer { server.stop() }
        let brokers = BrokerFixture.inMemory()
        try await brokers.registry.register(version.record(port: server.port), timeToLive: nil)
        try await brokers.run { _, publisher in
            try await publisher.publish(
                BrokerMessage(headers: headers, text: "\n\u{4}John"), to: "events.hello")
            try await publisher.publish(BrokerMessage(text: "other"), to: "events.other")
        }
        #expect(requests.values.count == 1)
        let request = try #require(requests.values.first)
        let nodeID = try #require(version.record(port: 1).nodes.first?.id)
        #expect(request.target == "/_sub?id=\(nodeID)")
        let envelope = String(decoding: request.body, as: UTF8.self)
        for header in version.requiredHeaders + ["Content-Type"] { #expect(envelope.contains("\"\(header)\":\"")) }
    }

    /// v1.13 registers subscribers under the topic's name, which can be the name of a service.
    @Test func topicNameIsReadWithoutNodesOfServices() async throws {
        let requests = ValueCollector<ScriptedRequest>()
        let server = try subscriber(requests)
        defer { server.stop() }
        let brokers = BrokerFixture.inMemory()
        let subscriber = Node(id: "t-1", address: "127.0.0.1", port: server.port, metadata: ["secure": "false"])
        let service = Node(
            id: "t-2", address: "127.0.0.1", port: server.port,
            metadata: ["server": "mucp", "protocol": "mucp", "broker": "http"])
        try await brokers.registry.register(
            ServiceRecord(name: "t", version: "ff.http.broadcast", nodes: [subscriber]), timeToLive: nil)
        try await brokers.registry.register(
            ServiceRecord(name: "t", version: "latest", nodes: [service]), timeToLive: nil)
        try await brokers.run { _, publisher in try await publisher.publish(BrokerMessage(text: "1"), to: "t") }
        #expect(requests.values.map(\.target) == ["/_sub?id=t-1"])
    }

    /// The headers that go-micro requires are not part of the message.
    @Test func rawMessageArrivesUnchanged() async throws {
        let brokers = BrokerFixture.inMemory()
        try await brokers.run { subscriber, publisher in
            let subscription = try await subscriber.subscribe(to: "events.hello")
            for headers in [[:], ["Content-Type": "application/octet-stream"], ["k": "v"]] as [Headers] {
                let message = BrokerMessage(headers: headers, text: "1")
                try await publisher.publish(message, to: "events.hello")
                #expect(try await subscription.first(1).first?.message == message)
            }
        }
    }

    @Test func queueAcrossVersionsReceivesEachEventOnce() async throws {
        let requests = ValueCollector<ScriptedRequest>()
        let server = try subscriber(requests)
        defer { server.stop() }
        let brokers = BrokerFixture.inMemory()
        for version in GoMicroVersion.all {
            try await brokers.registry.register(
                version.record(id: version.name, queue: "jobs", port: server.port), timeToLive: nil)
        }
        try await brokers.run { subscriber, publisher in
            let subscription = try await subscriber.subscribe(to: "events.hello", queue: "jobs")
            for _ in 0..<100 { try await publisher.publish(BrokerMessage(text: "1"), to: "events.hello") }
            var received = requests.values.count
            while received < 100 { received += try await subscription.first(1).count }
            #expect(received == 100)
            #expect(await subscription.staysEmpty())
            // Members of all versions take part.
            #expect(Set(requests.values.map(\.target)).count == GoMicroVersion.all.count)
        }
    }

    @Test func cancelledSubscriberLeavesNoRecord() async throws {
        let brokers = BrokerFixture.inMemory()
        try await brokers.run { subscriber, _ in
            let subscription = try await subscriber.subscribe(to: "events.hello")
            #expect(
                try await brokers.registry.list() == [
                    "go.micro.http.broker", "micro.http.broker", "topic:events.hello",
                ])
            await subscription.cancel()
            #expect(try await eventually { try await brokers.registry.list().isEmpty })
        }
    }
}
