// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroHTTP
import MicroMemory
import NIOCore
import Synchronization
import TestSupport
import Testing

/// Bytes recorded from the HTTP broker of go-micro v1.0.0.
@Suite(.timeLimit(.minutes(1))) struct GoMicroBrokerTests {
    private static let json = """
        {"Header":{":topic":"events.hello","Content-Type":"application/protobuf",\
        "Micro-From-Service":"greeter-cli","Micro-Id":"e628bc62-76cd-4305-bac9-6813e169c1d3",\
        "Micro-Topic":"events.hello","X-From-Id":"script","X-User-Id":"john"},"Body":"CgVQcm90bw=="}
        """
    private static let message = BrokerMessage(
        headers: [
            "Content-Type": "application/protobuf", "Micro-From-Service": "greeter-cli",
            "Micro-Id": "e628bc62-76cd-4305-bac9-6813e169c1d3", "Micro-Topic": "events.hello", "X-From-Id": "script",
            "X-User-Id": "john",
        ], body: ByteBuffer(string: "\n\u{5}Proto"))

    private static func request(for id: String) -> String {
        """
        POST /_sub?id=\(id) HTTP/1.1\r\nHost: 127.0.0.1:19093\r\nUser-Agent: Go-http-client/1.1\r\n\
        Content-Length: \(json.utf8.count)\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\n\r\n\(json)
        """
    }

    @Test func goMicroMessageIsDelivered() async throws {
        let brokers = BrokerFixture.inMemory()
        try await brokers.run { subscriber, _ in
            let subscription = try await subscriber.subscribe(to: "events.hello")
            let record = try #require(try await brokers.registry.lookUp("topic:events.hello").first)
            // As Go publishers expect it.
            #expect(record.version == "ff.http.broadcast" && record.endpoints.isEmpty && record.metadata.isEmpty)
            let node = try #require(record.nodes.first)
            #expect(node.metadata == ["secure": "false"])
            let uuid = /broker-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/
            #expect(node.id.wholeMatch(of: uuid) != nil)
            let request = Self.request(for: node.id)
            #expect(request.utf8.count == 488)

            let raw = try await RawConnection.open(to: Address(node))
            for count in 1...2 {
                try await raw.send(request)
                let response = try #require(await raw.responses(count).last)
                #expect(response.status == "HTTP/1.1 200 OK")
                #expect(response.fields.map(\.name) == ["Content-Length"] && response["Content-Length"] == "0")
                let delivery = try #require(try await subscription.first(1).first)
                #expect(delivery.topic == "events.hello")
                #expect(delivery.message == Self.message)
            }
            #expect(!raw.isClosed)
            raw.close()
        }
    }

    @Test func publishedMessageMatchesGoMicro() async throws {
        let seen = ValueCollector<ScriptedRequest>()
        let server = try ScriptedServer(responding: { request in
            seen.add(request)
            // As Go responds.
            return ScriptedResponse(headers: [("Date", "Sun, 22 Nov 2026 07:43:17 GMT")])
        })
        defer { server.stop() }
        let brokers = BrokerFixture.inMemory()
        let id = "broker-c7d87d19-60fc-4f5d-9a24-0fddd8eb2d85.b7e5df38-660a-48fe-bbc6-8307b5a6cef9"
        try await brokers.registry.addSubscriber(of: "events.hello", id: id, port: server.port)
        try await brokers.run { _, publisher in try await publisher.publish(Self.message, to: "events.hello") }
        #expect(seen.values.count == 1)
        let request = try #require(seen.values.first)
        #expect(request.method == "POST" && request.target == "/_sub?id=\(id)")
        #expect(request.headers.map(\.name) == ["Host", "Content-Type", "Content-Length"])
        #expect(request["Host"] == "127.0.0.1:\(server.port)" && request["Content-Type"] == "application/json")
        // Byte for byte as recorded.
        #expect(String(decoding: request.body, as: UTF8.self) == Self.json)
    }
}
