// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroCore
import MicroEdge
import MicroMemory
import TestServers
import TestSupport
import Testing

@testable import MicroGateway

/// Requests that a gateway passes on to HTTP services.
@Suite(.blocking, .timeLimit(.minutes(1))) struct ReverseProxyTests {
    private let fixture = GatewayFixture()

    /// Responds with the header and the body that were received.
    private func echo(_ name: String = "echo") throws -> ScriptedServer {
        try ScriptedServer(responding: { request in
            let fields = request.headers.map { "\($0.name): \($0.value)" }.sorted().joined(separator: "\n")
            return ScriptedResponse(
                status: 207, headers: [("X-Node", name), ("X-Micro-Secret", "1"), ("Set-Cookie", "a=b")],
                text:
                    "\(request.method) \(request.target)\n\(fields)\n\n\(String(decoding: request.body, as: UTF8.self))"
            )
        })
    }

    private func run(
        nodes ports: [Int], _ change: (inout GatewayConfiguration) -> Void = { _ in },
        _ body: (Int) async throws -> Void
    ) async throws {
        try await fixture.register("go.micro.api.app", ports: ports)
        try await fixture.run(
            { configuration in
                configuration.handler = .http
                change(&configuration)
            }, body)
    }

    private func send(
        _ port: Int, _ line: String, _ headers: [String] = [], body: String = ""
    ) throws -> RawHTTPResponse? {
        try .exchange(GatewayFixture.text(line, headers, body: body), port: port)
    }

    @Test func requestAndResponseArePassedOn() async throws {
        let app = try echo()
        defer { app.stop() }
        try await run(nodes: [app.port]) { (port) async throws in
            let response = try send(
                port, "PATCH /app/a%20b//c?x=1&y=%2F",
                [
                    "Cookie: s=1", "X-Micro-Identity: root", "Micro-Id: 1", "X_Micro_Identity: root", "Timeout: 5",
                    "X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: https", "Keep-Alive: 1", "X-Hop: 1",
                ],
                body: "data")
            #expect(response?.status == 207 && response?.headers["set-cookie"] == "a=b")
            #expect(response?.headers["x-micro-secret"] == nil)
            let text = (response?.content ?? "").lowercased()
            #expect(text.hasPrefix("patch /app/a%20b/c?x=1&y=%2f\n") && text.hasSuffix("\n\ndata"))
            for field in [
                "cookie: s=1", "host: test", "x-forwarded-for: 127.0.0.1", "x-forwarded-proto: http",
                "x-forwarded-host: test", "content-length: 4",
            ] { #expect(text.contains("\n\(field)\n"), "\(field)") }
            for name in ["micro", "timeout", "keep-alive", "192.0.2.1"] { #expect(!text.contains(name), "\(name)") }
        }
    }

    @Test func traceIsNotPassedOn() async throws {
        let app = try echo()
        defer { app.stop() }
        try await run(nodes: [app.port]) { (port) async throws in
            #expect(try send(port, "TRACE /app", body: "GET /app HTTP/1.1\r\n\r\n")?.status == 400)
            #expect(app.acceptedConnections == 0)
        }
    }

    @Test func fieldsThatConnectionNamesAreRemoved() async throws {
        let app = try echo()
        defer { app.stop() }
        try await run(nodes: [app.port]) { (port) async throws in
            let socket = try RawSocket(port: port)
            socket.write(
                "GET /app HTTP/1.1\r\nHost: t\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nX-Kept: 1\r\n\r\n".utf8)
            let text = try socket.readAll().lowercased()
            #expect(text.contains("x-kept: 1") && !text.contains("x-hop"))
        }
    }

    @Test func credentialsOfTheGatewayAreNotPassedOn() async throws {
        let app = try echo()
        defer { app.stop() }
        try await fixture.register("go.micro.api.app", ports: [app.port])
        try await fixture.run(
            { configuration in
                configuration.handler = .http
                configuration.edge.authenticators = [APIKeyAuthenticator(keys: ["shop": Secret("k1")])]
            }, headers: ["X-Api-Key: k1"],
            { (port) async throws in
                let text = try send(port, "GET /app", ["X-Api-Key: k1", "Authorization: Bearer k1"])?.content ?? ""
                #expect(text.contains("GET /app") && !text.contains("k1"))
                #expect(text.lowercased().contains("x-micro-identity: shop"))
            })
    }

    @Test func nodesThatCannotBeReachedAreSkipped() async throws {
        let app = try echo()
        defer { app.stop() }
        let dead = try Machine.freePorts(1)[0]
        try await run(nodes: [dead, app.port]) { (port) async throws in
            for _ in 0..<10 { #expect(try send(port, "POST /app", body: "x")?.status == 207) }
        }
    }

    @Test func nodesWithoutAUsableAddressAreSkipped() async throws {
        let app = try echo()
        defer { app.stop() }
        let node = Node(
            id: "meta", address: "127.0.0.1", port: app.port, metadata: ["http_address": "169.254.169.254:80"])
        try await fixture.registry.register(
            ServiceRecord(name: "go.micro.api.app", version: "2", nodes: [node]), timeToLive: nil)
        try await run(nodes: [app.port]) { (port) async throws in
            for _ in 0..<10 { #expect(try send(port, "POST /app", body: "x")?.status == 207) }
        }
    }

    @Test func onlyIdempotentRequestsAreRepeated() async throws {
        let broken = Counter()
        let breaking = try ScriptedServer { connection in
            _ = try connection.readRequest()
            broken.add()
        }
        defer { breaking.stop() }
        try await run(nodes: [breaking.port]) { (port) async throws in
            #expect(try send(port, "POST /app", body: "x")?.status == 502)
            #expect(broken.value == 1)
        }
        let app = try echo()
        defer { app.stop() }
        try await run(nodes: [breaking.port, app.port]) { (port) async throws in
            for _ in 0..<10 { #expect(try send(port, "GET /app")?.status == 207) }
        }
    }

    @Test func bodiesAreStreamedInBothDirections() async throws {
        // Responds to each byte before the next one is sent.
        let app = try ScriptedServer { connection in
            _ = try connection.read(until: "\r\n\r\n")
            try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for byte in ["a", "b"] {
                _ = try connection.read(until: "1\r\n\(byte)\r\n")
                try connection.write("1\r\n\(byte)\r\n")
            }
            // The end of the response must not arrive together with its last byte.
            _ = try connection.read(until: "0\r\n\r\n")
            try connection.write("0\r\n\r\n")
        }
        defer { app.stop() }
        try await run(nodes: [app.port]) { (port) async throws in
            let socket = try RawSocket(port: port)
            socket.write("POST /app HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
            for byte in ["a", "b"] {
                socket.write("1\r\n\(byte)\r\n".utf8)
                #expect(try socket.read(until: "1\r\n\(byte)\r\n"))
            }
            socket.write("0\r\n\r\n".utf8)
            #expect(try socket.read(until: "0\r\n\r\n"))
        }
    }

    @Test(arguments: [true, false]) func responseBeforeTheEndOfTheBodyIsPassedOn(hasLength: Bool) async throws {
        let app = try ScriptedServer { connection in
            _ = try connection.read(until: "\r\n\r\n")
            try connection.write("HTTP/1.1 422 Unprocessable\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
        }
        defer { app.stop() }
        try await run(nodes: [app.port]) { (port) async throws in
            for _ in 0..<20 {
                let socket = try RawSocket(port: port)
                // A smaller body is read before it is passed on.
                let length =
                    hasLength ? "Content-Length: \(ProxyBody.maxBufferedSize + 1)" : "Transfer-Encoding: chunked"
                socket.write("POST /app HTTP/1.1\r\nHost: t\r\n\(length)\r\n\r\n1\r\nx\r\n".utf8)
                #expect(try socket.read(until: " 422 "))
            }
        }
    }

    @Test func bodyThatDoesNotArriveMeetsTheTimeLimit() async throws {
        let app = try echo()
        defer { app.stop() }
        try await run(nodes: [app.port]) {
            $0.edge.limits.requestTimeout = .milliseconds(200)
        } _: { (port) async throws in
            for _ in 0..<5 {
                let socket = try RawSocket(port: port)
                socket.write("POST /app HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc".utf8)
                #expect(try socket.readAll().hasPrefix("HTTP/1.1 408"))
            }
        }
    }

    @Test func bodyWithoutLengthIsLimited() async throws {
        let app = try ScriptedServer { _ = $0.readToEnd() }
        defer { app.stop() }
        try await run(nodes: [app.port]) {
            $0.edge.limits.maxBodySize = 10
        } _: { (port) async throws in
            let socket = try RawSocket(port: port)
            socket.write(
                "POST /app HTTP/1.1\r\nHost: t\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n"
                    .utf8)
            #expect(try socket.readAll().hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test func failuresHaveTheirStatus() async throws {
        let dead = try Machine.freePorts(1)[0]
        try await run(nodes: [dead]) { (port) async throws in
            let unreachable = try send(port, "GET /app")
            #expect(unreachable?.status == 502)
            #expect((unreachable?.json as? [String: Any])?["code"] as? Int == 502)
            #expect(try send(port, "GET /other")?.status == 404)
            #expect(try send(port, "GET /_app")?.status == 404)
        }
    }

    @Test func hangingNodeMeetsTheTimeLimit() async throws {
        let gate = Counter()
        let app = try ScriptedServer { connection in
            _ = try connection.readRequest()
            // The gateway closes the connection at its time limit.
            _ = try? connection.read(count: 1)
            gate.add()
        }
        defer { app.stop() }
        try await run(nodes: [app.port]) {
            $0.edge.limits.requestTimeout = .milliseconds(500)
        } _: { (port) async throws in
            #expect(try send(port, "GET /app")?.status == 408)
            #expect(await eventually { gate.value > 0 })
        }
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"])
    func disconnectOfTheClientClosesTheConnectionToTheNode(response: String) async throws {
        let (requests, disconnects) = (Counter(), Counter())
        let app = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write(response)
            requests.add()
            _ = try? connection.read(count: 1)
            disconnects.add()
        }
        defer { app.stop() }
        try await run(nodes: [app.port]) { (port) async throws in
            let socket = try RawSocket(port: port)
            socket.write("GET /app HTTP/1.1\r\nHost: t\r\n\r\n".utf8)
            #expect(await eventually { requests.value == 1 })
            #expect(try response.isEmpty || socket.read(until: "first"))
            #expect(disconnects.value == 0)
            socket.shutDown()
            #expect(await eventually { disconnects.value == 1 })
        }
    }
}

extension RawSocket {
    /// Reads until the peer closes the connection, for at most 10 s.
    fileprivate func readAll() throws -> String {
        var bytes: [UInt8] = []
        while case .bytes(let more) = read(within: .seconds(10)), !more.isEmpty { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads until a text was received, for at most 10 s per part.
    fileprivate func read(until text: String) throws -> Bool {
        var bytes: [UInt8] = []
        while case .bytes(let more) = read(within: .seconds(10)), !more.isEmpty {
            bytes += more
            if String(decoding: bytes, as: UTF8.self).contains(text) { return true }
        }
        return false
    }
}
