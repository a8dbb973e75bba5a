// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroMemory
import NIOCore
import TestSupport
import Testing

@testable import MicroSidecar

/// The WebSockets of `/registry`, `/broker` and `/rpc`.
@Suite(.blocking, .timeLimit(.minutes(1))) struct SocketTests {
    private let fixture = SidecarFixture()

    private func open(_ sidecar: SidecarClient, _ path: String, _ headers: [String] = []) throws -> RawWebSocket {
        try RawWebSocket(port: sidecar.port, path: path, headers: headers)
    }

    private func json(_ frame: RawWebSocket.Frame?) -> [String: Any]? {
        frame.flatMap { try? JSONSerialization.jsonObject(with: Data($0.payload)) as? [String: Any] }
    }

    @Test func changesOfTheRegistryAreSent() async throws {
        try await fixture.run {
            $0.allowedHosts = ["test"]
        } _: { (sidecar) async throws in
            let socket = try open(sidecar, "/registry?service=shop")
            var record = ServiceRecord(
                name: "shop", version: "1", nodes: [Node(id: "s1", address: "10.0.0.5", port: 1)])
            try await fixture.registry.register(record, timeToLive: nil)
            let created = json(socket.read())
            #expect(created?["Action"] as? String == "create")
            #expect((created?["Service"] as? [String: Any])?["name"] as? String == "shop")
            record.nodes[0].port = 2
            try await fixture.registry.register(record, timeToLive: nil)
            #expect(json(socket.read())?["Action"] as? String == "update")
            try await fixture.registry.deregister(record)
            #expect(json(socket.read())?["Action"] as? String == "delete")
        }
    }

    @Test func eventsAreSentAndMessagesPublished() async throws {
        try await fixture.run {
            $0.allowedHosts = ["test"]
        } _: { (sidecar) async throws in
            let socket = try open(sidecar, "/broker?topic=user.created")
            try await fixture.broker.publish(
                BrokerMessage(headers: ["Content-Type": "application/json"], text: #"{"n":1}"#), to: "user.created")
            let event = json(socket.read())
            #expect((event?["Header"] as? [String: String])?["Content-Type"] == "application/json")
            let body = (event?["Body"] as? String).flatMap { Data(base64Encoded: $0) }
            #expect(body == Data(#"{"n":1}"#.utf8))
            let other = try await fixture.broker.subscribe(to: "user.created", queue: nil, options: .init())
            socket.send("hello")
            var deliveries = other.makeAsyncIterator()
            let message = try #require(await deliveries.next()).message
            #expect(String(buffer: message.body) == "hello" && message.headers["Content-Type"] == "text/plain")
        }
    }

    @Test func unknownAcknowledgementsDoNotRaiseTheLimit() async throws {
        let backend = MemoryBackend()
        let fixture = SidecarFixture(
            backend: backend, broker: MemoryBroker(backend: backend, delivery: .atLeastOnce))
        try await fixture.run {
            $0.allowedHosts = ["test"]
        } _: { (sidecar) async throws in
            let socket = try open(sidecar, "/broker?topic=jobs&queue=q&ack=true")
            for number in 0..<100 { try await fixture.broker.publish(BrokerMessage(text: "\(number)"), to: "jobs") }
            for _ in 0..<64 { #expect(socket.read() != nil) }
            for _ in 0..<10 { socket.send(#"{"Ack":"unknown"}"#) }
            #expect(socket.read(within: .milliseconds(200)) == nil)
            socket.send(#"{"Ack":"1"}"#)
            #expect(json(socket.read())?["Id"] as? String == "65")
        }
    }

    @Test func streamPassesMessagesInBothDirections() async throws {
        try await fixture.run {
            $0.allowedHosts = ["test"]
        } _: { (sidecar) async throws in
            let path = "/rpc?service=go.micro.srv.greeter&endpoint=Say.Chat"
            let socket = try open(sidecar, path)
            // Lines in any division into messages.
            socket.send(#"{"message":{"name":"A"}}"# + "\n" + #"{"mess"#)
            #expect(socket.read()?.text.contains("Hello A") == true)
            socket.send(2, Array(#"age":{"name":"B"}}"#.utf8) + [0x0A])
            let second = json(socket.read())?["message"] as? [String: Any]
            #expect(second?["text"] as? String == "Hello B")
            socket.send("{\"end\":true}\n")
            #expect(json(socket.read())?["end"] as? Bool == true)
            #expect(socket.read()?.closeCode == 1000)
            for (target, line, code) in [
                (path, "{\"message\":{\"name\":\"nobody\"}}\n", 403), (path, "[1]\n", 400),
                ("/rpc?service=nowhere&endpoint=Say.Chat", "{\"end\":true}\n", 404),
            ] {
                let failing = try open(sidecar, target)
                failing.send(line)
                let error = json(failing.read())?["error"] as? [String: Any]
                #expect(error?["code"] as? Int == code, "\(target) \(line) \(error as Any)")
            }
        }
    }

    @Test func rejectedHandshakesHaveAnHTTPStatus() async throws {
        try await fixture.run { (sidecar) async throws in
            let fields = [
                "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ]
            func status(_ path: String, _ headers: [String] = [], host: String? = nil) throws -> Int? {
                try sidecar.send("GET \(path)", fields + headers, host: host).status
            }
            #expect(try status("/broker") == 400)
            #expect(try status("/rpc?service=a") == 400)
            #expect(try status("/broker?topic=a&ack=true") == 501)
            #expect(try status("/registry", ["Origin: http://evil.example"]) == 403)
            #expect(try status("/registry", host: "evil.example") == 421)
        }
    }
}
