// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import MicroCore
import NIOCore
import TestServers
import TestSupport
import Testing

@testable import MicroEdge

/// Bytes that break HTTP, or that servers and proxies are known to read differently (RFC 9110, RFC 9112).
@Suite(.blocking, .timeLimit(.minutes(1))) struct HostileRequestTests {
    /// Runs a server that counts the requests that reach its handler, and responds with the path and the body.
    private func withServer(
        _ change: (inout EdgeConfiguration) -> Void = { _ in }, reached: Counter = Counter(),
        _ body: (Int) async throws -> Void
    ) async throws {
        var configuration = EdgeConfiguration()
        configuration.address = "127.0.0.1:0"
        change(&configuration)
        let server = try EdgeServer(configuration: configuration, logger: LogRecorder().logger) { request, context in
            let body = try await request.body.collect(upTo: 1 << 20)
            reached.add()
            return .text("\(context.path) \(String(buffer: body))")
        }
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            try await body(#require(try await server.listeningAddress().port))
            group.cancelAll()
        }
    }

    @Test(arguments: [
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        "Content-Length: 3, 4\r\n\r\nabcd", "Content-Length: -1\r\n\r\n", "Content-Length: +3\r\n\r\nabc",
        "Content-Length: 0x3\r\n\r\nabc", "Content-Length: 99999999999999999999\r\n\r\n", "Content-Length:\r\n\r\n",
        "Transfer-Encoding: identity\r\n\r\nabc", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", "Transfer-Encoding: \u{0B}chunked\r\n\r\n0\r\n\r\n",
    ]) func lengthsThatAreNotClearAreRejected(_ rest: String) async throws {
        let reached = Counter()
        try await withServer(reached: reached) { (port) async throws in
            let response = try RawHTTPResponse.exchange("POST / HTTP/1.1\r\nHost: a\r\n\(rest)", port: port)
            #expect(response == nil || response?.status == 400, "\(String(describing: response))")
        }
        #expect(reached.value == 0)
    }

    @Test(arguments: [
        "zz\r\n", "-1\r\na\r\n0\r\n\r\n", "FFFFFFFFFFFFFFFFF\r\na\r\n", "0x1\r\na\r\n0\r\n\r\n", "1\r\nab\r\n0\r\n\r\n",
        "+1\r\na\r\n0\r\n\r\n", "1 \u{0B}\r\na\r\n0\r\n\r\n", "\r\n1\r\na\r\n0\r\n\r\n",
    ]) func oddChunkSizesAreRejected(_ chunks: String) async throws {
        let reached = Counter()
        try await withServer(reached: reached) { (port) async throws in
            let response = try RawHTTPResponse.exchange(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)", port: port)
            #expect(response == nil || response?.status == 400, "\(String(describing: response))")
        }
        #expect(reached.value == 0)
    }

    @Test(arguments: [
        "X: a\rY: b", "X: a\u{00}b", "X : a", " X: a", "X: a\r\n b", "X\u{00}: a", "X(Y): a", ": a", "X", "X: a\u{01}b",
    ]) func malformedFieldsAreRejected(_ field: String) async throws {
        let reached = Counter()
        try await withServer(reached: reached) { (port) async throws in
            let response = try RawHTTPResponse.exchange(
                "GET / HTTP/1.1\r\nHost: a\r\n\(field)\r\nConnection: close\r\n\r\n", port: port)
            #expect(response == nil || response?.status == 400, "\(String(describing: response))")
        }
        #expect(reached.value == 0)
    }

    @Test(arguments: [
        ("GET /a%00b", 400), ("GET /a%2Fb", 400), ("GET /a%2fb", 400), ("GET /a%5Cb", 400), ("GET /a\\b", 400),
        ("GET /a/../b", 400), ("GET /a/./b", 400), ("GET /a/%2E%2E/b", 400), ("GET /a/.%2e/b", 400),
        ("GET /%252E%252E/b", 200), ("GET /a%0d%0aX:1", 400), ("GET /a%", 400), ("GET /a%zz", 400), ("GET /a%FF", 400),
        ("GET /a#b", 400), ("GET a", 400), ("CONNECT a:80", 400), ("OPTIONS *", 400), ("GET http://a/b", 200),
        ("GET http://other/b", 200), ("GET http://evil.example.com/b", 421), ("GET HTTP://a", 200),
        ("GET http://a@b/", 400), ("GET ftp://a/", 400),
        ("GET //a//b", 200), ("GET /a;b=1", 200),
    ]) func targetsHaveOneReading(_ line: String, _ status: Int) async throws {
        let reached = Counter()
        try await withServer(reached: reached) { (port) async throws in
            let response = try RawHTTPResponse.exchange(
                "\(line) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", port: port)
            #expect(response == nil && status == 400 || response?.status == status, "\(String(describing: response))")
        }
        #expect(reached.value == (status == 200 ? 1 : 0))
    }

    @Test func repeatedSlashesAreOne() async throws {
        try await withServer { (port) async throws in
            let response = try RawHTTPResponse.exchange(
                "GET //a///%62/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", port: port)
            #expect(response?.body == "/a/b/ ")
        }
    }

    @Test(arguments: [
        [], ["Host: a", "Host: b"], ["Host: a", "Host: a"], ["Host: a b"], ["Host: a/b"], ["Host: u@a"], ["Host: a:x"],
        ["Host: a:99999"], ["Host: [::1"], ["Host: a,b"], ["Host:"],
    ]) func requestsNeedOneValidHost(_ fields: [String]) async throws {
        try await withServer { (port) async throws in
            func status(_ path: String) throws -> Int? {
                let header = (["GET \(path) HTTP/1.1", "Connection: close"] + fields).joined(separator: "\r\n")
                return try RawHTTPResponse.exchange(header + "\r\n\r\n", port: port)?.status
            }
            #expect(try status("/a") == 400)
            #expect(try status("/healthz") == 200)
        }
    }

    /// The name that a page of an attacker has pointed to this machine, and names of this machine.
    @Test(arguments: [
        ("evil.example.com", 421), ("evil.example.com:8080", 421), ("127.0.0.1.example.com", 421), ("localhost", 200),
        ("LOCALHOST:8080", 200), ("127.0.0.1", 200), ("[::1]:8080", 200), ("app.localhost", 200), ("gateway", 200),
    ]) func loopbackServerServesOnlyLocalNames(_ host: String, _ status: Int) async throws {
        try await withServer { (port) async throws in
            let response = try RawHTTPResponse.exchange(
                "GET / HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n", port: port)
            #expect(response?.status == status)
        }
    }

    @Test func listedHostsAreServed() async throws {
        try await withServer {
            $0.allowedHosts = ["api.example.com"]
        } _: { (port) async throws in
            func status(_ host: String) throws -> Int? {
                try RawHTTPResponse.exchange(
                    "GET / HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n", port: port)?
                    .status
            }
            #expect(try status("API.example.com:8080") == 200)
            #expect(try status("localhost") == 421)
        }
    }

    @Test func headerBombsAreRejected() async throws {
        let reached = Counter()
        func limit(_ configuration: inout EdgeConfiguration) { configuration.limits.maxHeaderSize = 4096 }
        try await withServer(limit, reached: reached) { (port) async throws in
            let bombs = [
                (0..<200).map { "X\($0): a" }, ["X: " + String(repeating: "a", count: 8000)],
                [String(repeating: "X", count: 8000) + ": a"],
            ]
            for fields in bombs {
                let response = try RawHTTPResponse.exchange(
                    "GET / HTTP/1.1\r\nHost: a\r\n\(fields.joined(separator: "\r\n"))\r\n\r\n", port: port)
                #expect(response == nil || [400, 431].contains(response?.status), "\(String(describing: response))")
            }
        }
        #expect(reached.value == 0)
    }

    /// One byte now and then keeps a connection busy, but not for longer than the limit.
    @Test func slowHeadersAreDisconnected() async throws {
        try await withServer {
            $0.limits.idleTimeout = .milliseconds(300)
        } _: { (port) async throws in
            let socket = try RawSocket(port: port)
            var event = RawSocket.Event.timedOut
            var count = 0
            let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX: ".utf8)
            // For at least 30 s.
            while event == .timedOut, count < 600 {
                socket.write([count < bytes.count ? bytes[count] : 0x61])
                count += 1
                event = socket.read(within: .milliseconds(50))
            }
            #expect(event != .timedOut)
        }
    }

    @Test func slowBodiesMeetTheTimeLimit() async throws {
        try await withServer {
            $0.limits.requestTimeout = .milliseconds(300)
        } _: { (port) async throws in
            let socket = try RawSocket(port: port)
            socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n".utf8)
            var (event, count) = (RawSocket.Event.timedOut, 0)
            while event == .timedOut, count < 600 {
                socket.write([65])
                count += 1
                event = socket.read(within: .milliseconds(50))
            }
            guard case .bytes(let bytes) = event else {
                Issue.record("no response: \(event)")
                return
            }
            #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("HTTP/1.1 408"))
        }
    }

    @Test func clientThatDoesNotReadItsResponseIsDisconnected() async throws {
        let ended = Counter()
        var configuration = EdgeConfiguration()
        configuration.address = "127.0.0.1:0"
        configuration.limits.idleTimeout = .milliseconds(500)
        let server = try EdgeServer(configuration: configuration, logger: LogRecorder().logger) { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    defer { ended.add() }
                    while true { try await writer.write(ByteBuffer(repeating: 1, count: 65_536)) }
                })
        }
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            let socket = try RawSocket(port: #require(try await server.listeningAddress().port))
            socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            #expect(await eventually { ended.value == 1 })
            withExtendedLifetime(socket) {}
            group.cancelAll()
        }
    }

    /// A request for another protocol that the server does not speak is an ordinary one. The HTTP library reads nothing behind it,
    /// so the connection is closed.
    @Test func unknownUpgradesAreIgnored() async throws {
        try await withServer { (port) async throws in
            let socket = try RawSocket(port: port)
            socket.write(
                "GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n"
                    .utf8)
            var text = ""
            var event = socket.read(within: .seconds(30))
            while case .bytes(let more) = event {
                text += String(decoding: more, as: UTF8.self)
                event = socket.read(within: .seconds(30))
            }
            #expect(text.hasPrefix("HTTP/1.1 200") && text.lowercased().contains("connection: close"))
            #expect(text.contains("/a ") && event == .end)
        }
    }

    @Test func mutatedRequestsGetAResponseOrAreDisconnected() async throws {
        var fuzzer = Fuzzer(seed: 24)
        let request = Array(
            "POST /a/b?c=d HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\nX: y\r\n\r\nabc".utf8)
        try await withServer { (port) async throws in
            for _ in 0..<300 {
                let socket = try RawSocket(port: port)
                socket.write(fuzzer.mutated(request))
                socket.endSending()
                var bytes: [UInt8] = []
                var event = socket.read(within: .seconds(10))
                while case .bytes(let more) = event, !more.isEmpty {
                    bytes += more
                    event = socket.read(within: .seconds(10))
                }
                #expect(event != .timedOut)
                let status = RawHTTPResponse(String(decoding: bytes, as: UTF8.self))?.status
                #expect(status.map { (200..<500).contains($0) || $0 == 501 } ?? true, "\(String(describing: status))")
            }
            let response = try RawHTTPResponse.exchange(
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", port: port)
            #expect(response?.status == 200)
        }
    }
}
