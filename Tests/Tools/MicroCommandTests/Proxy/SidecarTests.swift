// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import CurlTransfer
@testable import MicroCommand

/// Commands with `--proxy-address`, against a stub of the sidecar's documented routes.
@Suite(.startsServers, .timeLimit(.minutes(2))) struct SidecarTests {
    private static let greeter = """
        [{"name":"greeter","version":"1","metadata":null,"endpoints":[{"name":"Greeter.Hello","request":{"name":"R",\
        "type":"R","values":[{"name":"name","type":"string","values":null}]},"response":null,"metadata":{}}],\
        "nodes":[{"id":"g1","address":"10.0.0.5","port":80,"metadata":{"transport":"http"}}]}]
        """

    /// Answers as a sidecar does, and records the requests.
    private func stub(_ requests: RequestLog) throws -> ScriptedServer {
        try ScriptedServer { connection in
            while let request = try connection.readRequest() {
                let body = String(decoding: request.body, as: UTF8.self)
                requests.add("\(request.method) \(request.target) \(body)")
                if request["Upgrade"] != nil { return try Self.sendEvent(connection, request) }
                switch (request.method, request.target) {
                case ("GET", "/registry"): try connection.write(ScriptedResponse(text: #"[{"name":"greeter"}]"#))
                case ("GET", "/registry?service=greeter"): try connection.write(ScriptedResponse(text: Self.greeter))
                case ("GET", _): try connection.write(ScriptedResponse(status: 404, text: "Service not found"))
                case ("POST", "/rpc") where body.contains("Debug.Health"):
                    try connection.write(ScriptedResponse(text: #"{"status":"ok"}"#))
                case ("POST", "/rpc") where body.contains("Greeter.Fail"):
                    let error = #"{"id":"greeter","code":408,"detail":"too slow","status":"Request Timeout"}"#
                    try connection.write(ScriptedResponse(status: 408, text: error))
                case ("POST", "/rpc"): try connection.write(ScriptedResponse(text: #"{"greeting":"Hello"}"#))
                case ("POST", "/broker?topic=full"):
                    try connection.write(ScriptedResponse(status: 503, text: "no broker"))
                default: try connection.write(ScriptedResponse(text: ""))
                }
            }
        }
    }

    /// Opens the WebSocket and sends an event.
    private static func sendEvent(_ connection: ScriptedConnection, _ request: ScriptedRequest) throws {
        try accept(connection, request)
        try connection.write(frame(#"{"Header":{"Content-Type":"application/json"},"Body":"eyJuIjoxfQ=="}"#))
        _ = connection.readToEnd()
    }

    private static func accept(_ connection: ScriptedConnection, _ request: ScriptedRequest) throws {
        let accept = WebSocketHandshake.accept(request["Sec-WebSocket-Key"] ?? "")
        try connection.write(
            """
            HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
            Sec-WebSocket-Accept: \(accept)\r\n\r\n
            """)
    }

    /// A text message of at most 125 bytes.
    private static func frame(_ text: String) -> [UInt8] { [0x81, UInt8(text.utf8.count)] + Array(text.utf8) }

    /// The messages and the end of a stream are still read after the sidecar has closed the WebSocket.
    @Test func endedStreamIsReadToItsEnd() async throws {
        let sidecar = try ScriptedServer { connection in
            guard let request = try connection.readRequest() else { return }
            try Self.accept(connection, request)
            _ = try connection.read(count: 2)
            let close: [UInt8] = [0x88, 2, 0x03, 0xE8]
            try connection.write(Self.frame(#"{"message":{"n":1}}"#) + Self.frame(#"{"end":true}"#) + close)
            _ = connection.readToEnd()
        }
        defer { sidecar.stop() }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("none-\(UUID().uuidString)")
        let settings = try Settings(options: [:], environment: [:], store: ContextStore(file: file))
        let client = try SidecarClient(address: "127.0.0.1:\(sidecar.port)", settings: settings)
        let request = TransportRequest(
            service: "chat", endpoint: "Chat.Echo", contentType: "application/json", deadline: .now + .seconds(30))
        let stream = try await SidecarStream.open(request, at: nil, through: client)
        try await stream.send(ByteBuffer(string: "{}"))
        // The client closes its side when it has read the end of the other side.
        #expect(await eventually { sidecar.openConnections == 0 })
        var messages: [String] = []
        for try await message in stream { messages.append(String(buffer: message)) }
        #expect(messages == [#"{"n":1}"#])
        await client.close()
    }

    /// A sidecar reads one object per line.
    @Test func messageOfSeveralLinesIsSentInOneLine() async throws {
        let received = RequestLog()
        let sidecar = try ScriptedServer { connection in
            guard let request = try connection.readRequest() else { return }
            try Self.accept(connection, request)
            // A frame of a client has a mask (RFC 6455, section 5.2).
            let length = Int(try connection.read(count: 2)[1] & 0x7F)
            let mask = try connection.read(count: 4)
            let payload = try connection.read(count: length).enumerated().map { $0.element ^ mask[$0.offset % 4] }
            received.add(String(decoding: payload, as: UTF8.self))
            _ = connection.readToEnd()
        }
        defer { sidecar.stop() }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("none-\(UUID().uuidString)")
        let settings = try Settings(options: [:], environment: [:], store: ContextStore(file: file))
        let client = try SidecarClient(address: "127.0.0.1:\(sidecar.port)", settings: settings)
        let request = TransportRequest(
            service: "chat", endpoint: "Chat.Echo", contentType: "application/json", deadline: .now + .seconds(30))
        let stream = try await SidecarStream.open(request, at: nil, through: client)
        try await stream.send(ByteBuffer(string: "{\n\"n\":1\r\n}"))
        #expect(await eventually { !received.all.isEmpty })
        #expect(received.all == ["{\"message\":{ \"n\":1  }}\n"])
        stream.cancel()
        await client.close()
    }

    @Test func streamEndsAtItsTimeLimit() async throws {
        let sidecar = try ScriptedServer { connection in
            guard let request = try connection.readRequest() else { return }
            try Self.accept(connection, request)
            _ = connection.readToEnd()
        }
        defer { sidecar.stop() }
        // Without a limit, the command would have no status: it would be killed after 60 s.
        let stream = try await MicroTool.run(
            MicroTool.path, ["stream", "chat", "Chat.Echo", "{}", "--timeout", "300ms"],
            environment: ["MICRO_PROXY_ADDRESS": "127.0.0.1:\(sidecar.port)"])
        #expect(stream.status == 5 && stream.text.contains("time limit"), "\(stream.text)")
    }

    @Test func subscriptionThatEndsEarlyIsAnError() async throws {
        let sidecar = try ScriptedServer { connection in
            guard let request = try connection.readRequest() else { return }
            try Self.accept(connection, request)
            try connection.write(Self.frame(#"{"Header":{},"Body":"eyJuIjoxfQ=="}"#))
            connection.close()
        }
        defer { sidecar.stop() }
        let subscribed = try await MicroTool.run(
            MicroTool.path, ["subscribe", "user.created", "--count", "2"],
            environment: ["MICRO_PROXY_ADDRESS": "127.0.0.1:\(sidecar.port)"])
        #expect(subscribed.status == 4 && subscribed.text.contains("has ended"), "\(subscribed.text)")
    }

    @Test func commandsUseSidecarRoutes() async throws {
        let requests = RequestLog()
        let sidecar = try stub(requests)
        defer { sidecar.stop() }
        let environment = ["MICRO_PROXY_ADDRESS": "127.0.0.1:\(sidecar.port)"]
        func micro(_ arguments: String...) async throws -> MicroTool.CommandResult {
            try await MicroTool.run(MicroTool.path, arguments, environment: environment)
        }
        #expect(try await micro("list", "services").text == "greeter\n")
        #expect(try await micro("get", "service", "greeter").text.contains("g1\t10.0.0.5\t80\ttransport=http"))
        #expect(try await micro("get", "service", "none").status == 3)
        #expect(try await micro("greeter", "hello", "--name=A").text == "{\n\t\"greeting\": \"Hello\"\n}\n")
        #expect(
            requests.contains(#"POST /rpc {"service":"greeter","endpoint":"Greeter.Hello","request":{"name":"A"}}"#),
            "\(requests.all)")
        #expect(try await micro("health", "greeter").text.contains("g1\t\t10.0.0.5:80\t\tok"))
        #expect(requests.all.contains { $0.contains("Debug.Health") && $0.contains(#""address":"10.0.0.5:80""#) })
        let failed = try await micro("call", "greeter", "Greeter.Fail")
        #expect(failed.status == 5 && failed.text.contains("too slow"), "\(failed.text)")
        #expect(try await micro("publish", "user.created", #"{"n":1}"#).text == "ok\n")
        #expect(requests.contains(#"POST /broker?topic=user.created {"n":1}"#), "\(requests.all)")
        #expect(try await micro("publish", "full", "{}").status == 4)
        let registered = try await micro(
            "register", "service", "--once", #"{"name":"x","nodes":[{"id":"x1","address":"10.0.0.6","port":1}]}"#)
        #expect(
            registered.status == 0 && requests.all.contains { $0.hasPrefix("POST /registry {") }, "\(registered.text)")
        let subscribed = try await micro(
            "subscribe", "user.created", "--queue", "q", "--count", "1", "--timeout", "20s")
        #expect(subscribed.text.contains("{\n\t\"n\": 1\n}"), "\(subscribed.text)")
        #expect(requests.contains("GET /broker?topic=user.created&queue=q "), "\(requests.all)")
    }

    /// A sidecar that refuses requests without the token, WebSockets included.
    @Test func tokenIsSentWithRequestsAndWebSockets() async throws {
        let sidecar = try ScriptedServer { connection in
            while let request = try connection.readRequest() {
                guard request["Authorization"] == "Bearer letmein" else {
                    try connection.write(ScriptedResponse(status: 401, text: "no token"))
                    continue
                }
                if request["Upgrade"] != nil { return try Self.sendEvent(connection, request) }
                try connection.write(ScriptedResponse(text: #"[{"name":"greeter"}]"#))
            }
        }
        defer { sidecar.stop() }
        let environment = ["MICRO_PROXY_ADDRESS": "127.0.0.1:\(sidecar.port)"]
        func micro(_ arguments: String..., token: String?) async throws -> MicroTool.CommandResult {
            try await MicroTool.run(
                MicroTool.path, arguments,
                environment: environment.merging(token.map { ["MICRO_PROXY_TOKEN": $0] } ?? [:]) { $1 })
        }
        let subscribe = ["subscribe", "user.created", "--count", "1", "--timeout", "20s"]
        func subscribed(token: String?) async throws -> MicroTool.CommandResult {
            try await MicroTool.run(
                MicroTool.path, subscribe,
                environment: environment.merging(token.map { ["MICRO_PROXY_TOKEN": $0] } ?? [:]) { $1 })
        }
        let event = try await subscribed(token: "letmein")
        #expect(event.status == 0 && event.text.contains("{\n\t\"n\": 1\n}"), "\(event.text)")
        let refused = try await subscribed(token: nil)
        #expect(refused.status == 4 && refused.text.contains("401"), "\(refused.text)")
        #expect(try await micro("list", token: "letmein").text == "greeter\n")
        let malformed = try await micro("list", token: "a\r\nX: y")
        #expect(malformed.status == 2 && !malformed.text.contains("X: y"), "\(malformed.text)")
        let doctor = try await micro("doctor", token: "letmein")
        #expect(doctor.status == 0 && doctor.text.contains("1 service, answered in"), "\(doctor.text)")
        let unauthenticated = try await micro("doctor", token: "wrong")
        #expect(
            unauthenticated.status == 4 && unauthenticated.text.contains("set MICRO_PROXY_TOKEN"),
            "\(unauthenticated.text)")
    }

    @Test func doctorReportsAnUnreachableSidecar() async throws {
        let nowhere = "127.0.0.1:\(try Machine.freePorts(1)[0])"
        let doctor = try await MicroTool.run(MicroTool.path, ["doctor", "--proxy-address", nowhere, "-o", "json"])
        let checks = try JSONSerialization.jsonObject(with: Data(doctor.text.utf8)) as? [[String: Any]]
        let sidecar = try #require(checks?.last)
        #expect(sidecar["name"] as? String == "sidecar" && sidecar["status"] as? String == "failed", "\(doctor.text)")
        #expect(doctor.status == 4 && !doctor.text.contains("broker"), "\(doctor.text)")
    }

    @Test func objectsAreSplitWhereverTheBytesAreCut() {
        let text = #"{"a":"}{\"","b":[{}]} {"c":1}"#
        for size in 1...5 {
            var splitter = JSONObjectSplitter(maxSize: 100)
            var objects: [[UInt8]] = []
            for start in stride(from: 0, to: text.utf8.count, by: size) {
                objects += splitter.add(Array(text.utf8.dropFirst(start).prefix(size))) ?? []
            }
            #expect(objects.map { String(decoding: $0, as: UTF8.self) } == [#"{"a":"}{\"","b":[{}]}"#, #"{"c":1}"#])
        }
        var splitter = JSONObjectSplitter(maxSize: 4)
        #expect(splitter.add(Array("{\"abcdef\"".utf8)) == nil)
    }
}

/// The requests of a stub, recorded by several threads.
private final class RequestLog: Sendable {
    private let texts = Mutex<[String]>([])

    var all: [String] { texts.withLock(\.self) }

    func add(_ text: String) { texts.withLock { $0.append(text) } }

    func contains(_ text: String) -> Bool { all.contains(text) }
}
