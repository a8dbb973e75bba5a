// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Micro
import MicroCore
import MicroMemory
import TestServers
import TestSupport
import Testing

@testable import MicroGateway

/// WebSockets to streams of services, and to HTTP services.
@Suite(.blocking, .timeLimit(.minutes(1))) struct GatewayWebSocketTests {
    private struct Number: Codable, Sendable { var value: Int }

    private let fixture = GatewayFixture()

    private func prepare(_ service: Microservice) {
        service.handleStream("Count.Double") { (stream: MessageStream<Number, Number>, _) in
            for try await number in stream {
                guard number.value >= 0 else { throw MicroError(.permissionDenied, "not below zero") }
                guard number.value > 0 else { return }
                try await stream.send(Number(value: number.value * 2))
            }
        }
    }

    @Test func messagesOfAStreamAreExchanged() async throws {
        try await fixture.run { _ in
        } prepare: {
            prepare($0)
        } _: { (port) async throws in
            let socket = try RawWebSocket(port: port, path: "/greeter/count/double?value=4")
            #expect(socket.status == 101)
            #expect(socket.read()?.text == #"{"value":8}"#)
            socket.send(#"{"value":5}"#)
            #expect(socket.read()?.text == #"{"value":10}"#)
            socket.send(#"{"value":0}"#)
            #expect(socket.read()?.closeCode == 1000)
        }
    }

    @Test func errorOfAStreamIsTheLastMessage() async throws {
        try await fixture.run { _ in
        } prepare: {
            prepare($0)
        } _: { (port) async throws in
            let socket = try RawWebSocket(port: port, path: "/greeter/count/double")
            socket.send(#"{"value":-1}"#)
            #expect(socket.read()?.text.contains("not below zero") == true)
            #expect(socket.read()?.closeCode == 1008)
        }
    }

    /// A server that agrees to the upgrade, and then sends every byte back.
    private func echo(_ requests: Counter = Counter()) throws -> ScriptedServer {
        try ScriptedServer { connection in
            guard let request = try connection.readRequest() else { return }
            requests.add()
            guard request["Upgrade"] == "websocket", request["X-Micro-Identity"] == nil else {
                return try connection.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            }
            try connection.write(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: node\r\n\r\nhello"
            )
            while true { try connection.write(String(decoding: try connection.read(count: 1), as: UTF8.self)) }
        }
    }

    @Test func bytesArePassedAfterTheNodeHasAgreed() async throws {
        let app = try echo()
        defer { app.stop() }
        let dead = try Machine.freePorts(1)[0]
        try await fixture.register("go.micro.api.app", ports: [dead, app.port])
        try await fixture.run {
            $0.handler = .http
        } _: { (port) async throws in
            let socket = try RawWebSocket(port: port, path: "/app/socket")
            #expect(socket.status == 101 && socket.response.contains("sec-websocket-accept: node"))
            socket.socket.write("xyz".utf8)
            var text = ""
            while !text.hasSuffix("xyz"), case .bytes(let bytes) = socket.socket.read(within: .seconds(10)) {
                text += String(decoding: bytes, as: UTF8.self)
            }
            #expect(text.hasSuffix("xyz"))
            app.disconnectAll()
            #expect(socket.socket.read(within: .seconds(10)) == .end)
        }
    }

    @Test func refusalOfTheNodeIsTheResponse() async throws {
        let requests = Counter()
        let app = try ScriptedServer(responding: { _ in
            requests.add()
            return ScriptedResponse(status: 409)
        })
        defer { app.stop() }
        try await fixture.register("go.micro.api.app", ports: [app.port])
        try await fixture.run {
            $0.handler = .http
        } _: { (port) async throws in
            #expect(try RawWebSocket(port: port, path: "/app/socket").status == 409)
            #expect(requests.value == 1)
            #expect(try RawWebSocket(port: port, path: "/other").status == 404)
        }
    }
}
