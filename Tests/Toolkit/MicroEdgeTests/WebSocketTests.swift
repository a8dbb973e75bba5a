// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Logging
import MicroCore
import NIOCore
import TestServers
import TestSupport
import Testing

@testable import MicroEdge

/// WebSockets of a server (RFC 6455).
@Suite(.blocking, .timeLimit(.minutes(1))) struct WebSocketTests {
    /// Runs a server whose path `/echo` is a WebSocket that sends every message back.
    private func withServer(
        _ change: (inout EdgeConfiguration) -> Void = { _ in }, limits: WebSocketConfiguration = .init(),
        handler: @escaping @Sendable (WebSocket) async throws -> Void = { socket in
            for try await message in socket { try await socket.send(message) }
        }, _ body: (Int) async throws -> Void
    ) async throws {
        var configuration = EdgeConfiguration()
        configuration.address = "127.0.0.1:0"
        change(&configuration)
        let server = try EdgeServer(
            configuration: configuration, logger: LogRecorder().logger,
            webSockets: { _, context in
                switch context.path.segments.first {
                case "echo": WebSocketUpgrade(subprotocol: "v1", configuration: limits, handler: handler)
                case "denied": throw MicroError(.permissionDenied, "not you")
                default: nil
                }
            }, handler: { _, context in .text("plain \(context.path)") })
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            try await body(#require(try await server.listeningAddress().port))
            group.cancelAll()
        }
    }

    @Test func messagesAreExchanged() async throws {
        try await withServer { (port) async throws in
            let socket = try RawWebSocket(port: port, path: "/echo")
            #expect(socket.status == 101)
            // The example of RFC 6455, section 1.3.
            #expect(socket.response.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
            #expect(socket.response.contains("sec-websocket-protocol: v1"))
            socket.send("Grüße")
            #expect(socket.read()?.text == "Grüße")
            for size in [0, 125, 126, 65535, 65536] {
                socket.send(2, [UInt8](repeating: 7, count: size))
                #expect(socket.read() == .init(opcode: 2, payload: [UInt8](repeating: 7, count: size)))
            }
        }
    }

    @Test func fragmentsAreJoinedAndPingsAnsweredBetween() async throws {
        try await withServer { (port) async throws in
            let socket = try RawWebSocket(port: port, path: "/echo")
            socket.send(1, Array("a".utf8), isLast: false)
            socket.send(9, [1, 2])
            socket.send(0, Array("b".utf8), isLast: false)
            socket.send(0, Array("c".utf8))
            #expect(socket.read() == .init(opcode: 10, payload: [1, 2]))
            #expect(socket.read()?.text == "abc")
        }
    }

    /// A frame that violates the protocol, and the code with which the server closes the connection.
    struct Violation: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let code: Int
        let send: @Sendable (RawWebSocket) -> Void
    }

    @Test(arguments: [
        Violation(testDescription: "unmasked", code: 1002) { $0.send(1, [65], isMasked: false) },
        Violation(testDescription: "reserved bit", code: 1002) { $0.send(1, [65], reserved: 4) },
        Violation(testDescription: "unknown opcode", code: 1002) { $0.send(3, [65]) },
        Violation(testDescription: "continuation without a first frame", code: 1002) { $0.send(0, [65]) },
        Violation(testDescription: "message within a message", code: 1002) {
            $0.send(1, [65], isLast: false)
            $0.send(1, [65])
        },
        Violation(testDescription: "text that is not UTF-8", code: 1007) { $0.send(1, [0xC3, 0x28]) },
        Violation(testDescription: "large frame", code: 1009) { $0.send(2, [UInt8](repeating: 0, count: 1001)) },
        Violation(testDescription: "large message of fragments", code: 1009) {
            $0.send(2, [UInt8](repeating: 0, count: 600), isLast: false)
            $0.send(0, [UInt8](repeating: 0, count: 600))
        },
        Violation(testDescription: "fragmented ping", code: 1002) { $0.send(9, [], isLast: false) },
        Violation(testDescription: "long ping", code: 1002) { $0.send(9, [UInt8](repeating: 0, count: 126)) },
        Violation(testDescription: "close with one byte", code: 1002) { $0.send(8, [3]) },
        Violation(testDescription: "close with a reserved code", code: 1002) { $0.send(8, [0x03, 0xED]) },
    ]) func violationsCloseTheConnection(violation: Violation) async throws {
        var limits = WebSocketConfiguration()
        limits.maxMessageSize = 1000
        try await withServer(limits: limits) { (port) async throws in
            let socket = try RawWebSocket(port: port, path: "/echo")
            violation.send(socket)
            let frame = socket.read()
            #expect(frame?.opcode == 8 && frame?.closeCode == violation.code)
            #expect(socket.isDisconnected())
        }
    }

    @Test func messagesBeforeCloseAreProcessed() async throws {
        try await withServer { (port) async throws in
            let socket = try RawWebSocket(port: port, path: "/echo")
            for number in 0..<20 { socket.send("message \(number)") }
            socket.send(8, [0x03, 0xE8])
            for number in 0..<20 { #expect(socket.read()?.text == "message \(number)") }
            #expect(socket.read()?.closeCode == 1000)
            #expect(socket.isDisconnected())
        }
    }

    @Test func closeIsAnsweredWithoutAReader() async throws {
        try await withServer(
            handler: { _ in try await Task.sleep(for: .seconds(60)) },
            { (port) async throws in
                let socket = try RawWebSocket(port: port, path: "/echo")
                socket.send(8, [0x03, 0xE8])
                #expect(socket.read()?.closeCode == 1000)
                #expect(socket.isDisconnected())
            })
    }

    @Test func closingHandshakeEndsTheSequence() async throws {
        let ended = Counter()
        try await withServer(
            handler: { socket in
                for try await _ in socket {}
                ended.add()
            },
            { (port) async throws in
                let socket = try RawWebSocket(port: port, path: "/echo")
                socket.send(8, [0x0F, 0xA0] + Array("bye".utf8))
                #expect(socket.read()?.closeCode == 4000)
                #expect(await eventually { ended.value > 0 })
            })
    }

    @Test func lostConnectionThrowsUnavailable() async throws {
        let unavailable = Counter()
        try await withServer(
            handler: { socket in
                do { for try await _ in socket {} } catch let error as MicroError where error.code == .unavailable {
                    unavailable.add()
                }
            },
            { (port) async throws in
                let socket = try RawWebSocket(port: port, path: "/echo")
                socket.socket.shutDown()
                #expect(await eventually { unavailable.value > 0 })
            })
    }

    @Test func handlerDecidesHowTheConnectionIsClosed() async throws {
        for (error, code) in [
            (nil, 1000), (MicroError(.permissionDenied, "no"), 1008), (MicroError(.internal, "x"), 1011),
        ]
            as [(MicroError?, Int)]
        {
            try await withServer { _ in
            } handler: { _ in
                if let error { throw error }
            } _: { (port) async throws in
                #expect(try RawWebSocket(port: port, path: "/echo").read()?.closeCode == code)
            }
        }
    }

    @Test func silentClientIsPingedAndDisconnected() async throws {
        var limits = WebSocketConfiguration()
        limits.pingInterval = .seconds(2)
        try await withServer(limits: limits) { (port) async throws in
            let socket = try RawWebSocket(port: port, path: "/echo")
            #expect(socket.read()?.opcode == 9)
            socket.send(10, [])
            #expect(socket.read()?.opcode == 9)
            // No pong: the server disconnects at the next ping.
            #expect(socket.isDisconnected())
        }
    }

    @Test func clientThatDoesNotReadIsDisconnected() async throws {
        var limits = WebSocketConfiguration()
        limits.sendTimeout = .milliseconds(300)
        let failed = Counter()
        try await withServer(
            limits: limits,
            handler: { socket in
                let bytes = ByteBuffer(repeating: 0, count: 1 << 20)
                do { while true { try await socket.send(.binary(bytes)) } } catch {
                    failed.add()
                    throw error
                }
            },
            { (port) async throws in
                let socket = try RawWebSocket(port: port, path: "/echo")
                #expect(await eventually { failed.value > 0 })
                withExtendedLifetime(socket) {}
            })
    }

    @Test func unreadMessagesApplyBackPressure() async throws {
        try await withServer { _ in
        } handler: { _ in
            try await Task.sleep(for: .seconds(60))
        } _: { (port) async throws in
            let socket = try RawWebSocket(port: port, path: "/echo")
            var frame: [UInt8] = [0x82, 0xFF, 0, 0, 0, 0, 0, 0x01, 0, 0, 0, 0, 0, 0]
            frame += [UInt8](repeating: 0, count: 65536)
            var sent = 0
            while sent < 1000, socket.socket.write(frame, timeout: .milliseconds(500)) == frame.count { sent += 1 }
            #expect(sent < 1000)
        }
    }

    @Test func handshakesAreChecked() async throws {
        try await withServer {
            $0.cors = CORSPolicy(origins: ["https://*.example.com"])
        } _: { (port) async throws in
            func status(_ headers: [String], path: String = "/echo") throws -> Int? {
                try RawWebSocket(port: port, path: path, headers: headers).status
            }
            #expect(try status(["Origin: http://test"]) == 101)
            #expect(try status(["Origin: https://app.example.com"]) == 101)
            #expect(try status(["Origin: https://evil.test"]) == 403)
            #expect(try status(["Origin: null"]) == 403)
            #expect(try status([], path: "/denied") == 403)
            #expect(try status([], path: "/other") == 200)
            #expect(try status([], path: "/a/../echo") == 400)
            let version = try RawHTTPResponse.exchange(
                "GET /echo HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                port: port)
            #expect(version?.status == 426 && version?.headers["sec-websocket-version"] == "13")
        }
    }

    @Test func credentialsAreRequired() async throws {
        try await withServer {
            $0.authenticators = [APIKeyAuthenticator(keys: ["a": Secret("k1")])]
        } _: { (port) async throws in
            #expect(try RawWebSocket(port: port, path: "/echo").status == 401)
            #expect(try RawWebSocket(port: port, path: "/echo", headers: ["X-Api-Key: k1"]).status == 101)
        }
    }
}
