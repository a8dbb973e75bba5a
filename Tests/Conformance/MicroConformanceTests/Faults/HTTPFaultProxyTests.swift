// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import TestSupport
import Testing

/// An `HTTPFaultProxy` without faults.
@Suite(.serialized, .blocking, .timeLimit(.minutes(1)))
struct HTTPFaultProxyTests {
    private func proxy(to server: ScriptedServer) async throws -> HTTPFaultProxy {
        try await HTTPFaultProxy(to: Address(host: "127.0.0.1", port: server.port))
    }

    @Test func forwardsRequestsAndResponsesUnchanged() async throws {
        let server = try ScriptedServer { request in
            ScriptedResponse(
                status: 201, headers: [("X-Seen", request["X-Sent"] ?? ""), ("Connection", "close")],
                body: Array("\(request.method) \(request.target) ".utf8) + request.body)
        }
        defer { server.stop() }
        let proxy = try await proxy(to: server)
        let start = ContinuousClock.now
        let response = try request(
            proxy.address, "PUT /a/b?c=%2F", headers: ["X-Sent: one", "Content-Length: 5"], body: "hello")
        #expect(response?.status == 201)
        #expect(response?.headers["x-seen"] == "one")
        #expect(response?.body == "PUT /a/b?c=%2F hello")
        #expect(proxy.requests.map(\.method) == ["PUT"])
        #expect(proxy.requests.map(\.path) == ["/a/b?c=%2F"])
        #expect(proxy.requests.allSatisfy { $0.receivedAt >= start && $0.receivedAt <= .now })
        #expect(proxy.traffic.connections == 1)
    }

    @Test func keepsConnectionsAlive() async throws {
        let server = try ScriptedServer { ScriptedResponse(text: $0.target) }
        defer { server.stop() }
        let proxy = try await proxy(to: server)
        let client = try RawClient(proxy.address)
        for number in 0..<100 {
            client.send("GET /\(number) HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(client.text(until: "\r\n\r\n/\(number)") != nil)
        }
        #expect(server.acceptedConnections == 1)
        #expect(proxy.traffic.clientReadCount == 100)
        // The end of the server connection ends the client connection.
        server.disconnectAll()
        #expect(client.receive() == .end)
        #expect(await eventually { proxy.traffic.openConnections == 0 })
    }

    @Test func headResponseHasNoBody() async throws {
        let server = try ScriptedServer { connection in
            while try connection.readRequest() != nil {
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
                _ = try connection.readRequest()
                try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            }
        }
        defer { server.stop() }
        let proxy = try await proxy(to: server)
        proxy.faults = [.unknownFields, .corruptJSON]
        let client = try RawClient(proxy.address)
        client.send("HEAD / HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(client.text(until: "\r\n\r\n")?.contains("Content-Length: 100") == true)
        client.send("HEAD / HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(client.text(until: "\r\n\r\n")?.hasPrefix("HTTP/1.1 200 OK\r\n") == true)
        #expect(client.receive(within: .milliseconds(50)) == .timedOut)
    }

    @Test func forwardsStreamIncrementally() async throws {
        let acknowledged = DispatchSemaphore(value: 0)
        let server = try ScriptedServer { connection in
            guard try connection.readRequest() != nil else { return }
            try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            // The next chunk is sent after the client has received the previous one.
            for number in 0..<50 {
                try connection.write("7\r\npiece\(number + 10)\r\n")
                guard acknowledged.wait(timeout: .now() + 20) == .success else { return }
            }
            try connection.write("0\r\n\r\n")
        }
        defer { server.stop() }
        let proxy = try await proxy(to: server)
        let client = try RawClient(proxy.address)
        client.send("GET /watch HTTP/1.1\r\nHost: test\r\n\r\n")
        for number in 0..<50 {
            #expect(client.text(until: "piece\(number + 10)\r\n") != nil)
            acknowledged.signal()
        }
        #expect(client.text(until: "0\r\n\r\n") != nil)
    }

    @Test func forwardsLongStream() async throws {
        let pattern = LineServer.pattern(20_000)
        let server = try ScriptedServer { connection in
            guard try connection.readRequest() != nil else { return }
            try connection.write("HTTP/1.1 200 OK\r\n\r\n")
            for _ in 0..<500 { try connection.write(pattern) }
        }
        defer { server.stop() }
        let proxy = try await proxy(to: server)
        let client = try RawClient(proxy.address)
        client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        let (bytes, last) = client.receive()
        #expect(last == .end)
        let expected = Array("HTTP/1.1 200 OK\r\n\r\n".utf8) + (0..<500).flatMap { _ in pattern }
        // Compared outside the expectation, which would compute a difference of megabytes.
        let isSame = bytes == expected
        #expect(isSame)
    }

    @Test func appliesBackPressureForSlowClient() async throws {
        let written = Counter()
        let server = try ScriptedServer { connection in
            guard try connection.readRequest() != nil else { return }
            try connection.write("HTTP/1.1 200 OK\r\n\r\n")
            let piece = [UInt8](repeating: 65, count: 64 * 1024)
            for _ in 0..<1024 {
                try connection.write(piece)
                written.add()
            }
        }
        defer { server.stop() }
        let proxy = try await proxy(to: server)
        let client = try RawClient(proxy.address)
        client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(await eventually { written.value > 0 })
        #expect(await always(during: .milliseconds(300)) { written.value < 512 })
        #expect(client.receive().bytes.count > 1024 * 64 * 1024)
    }

    @Test func forwardsContinueResponse() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.read(until: "\r\n\r\n")
            try connection.write("HTTP/1.1 100 Continue\r\n\r\n")
            let body = try connection.read(count: 5)
            try connection.write(Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".utf8) + body)
        }
        defer { server.stop() }
        let proxy = try await proxy(to: server)
        for faults in [[], [HTTPFault.status(200, body: "hello")]] {
            proxy.faults = faults
            let client = try RawClient(proxy.address)
            client.send("PUT / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
            #expect(client.text(until: "\r\n\r\n")?.hasPrefix("HTTP/1.1 100 ") == true)
            client.send("hello")
            #expect(client.text(until: "\r\n\r\nhello")?.hasPrefix("HTTP/1.1 200 OK") == true)
        }
    }

    @Test func closesServerConnectionWhenClientDisconnects() async throws {
        let server = try ScriptedServer { connection in
            while try connection.readRequest() != nil {}
        }
        defer { server.stop() }
        let proxy = try await proxy(to: server)
        do {
            let client = try RawClient(proxy.address)
            client.send("GET /long-poll HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(await eventually { server.openConnections == 1 })
        }
        #expect(await eventually { server.openConnections == 0 })
        #expect(await eventually { proxy.traffic.openConnections == 0 })
    }

    @Test func forwardsTruncatedResponse() async throws {
        let server = try ScriptedServer { connection in
            guard try connection.readRequest() != nil else { return }
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\ntorn")
        }
        defer { server.stop() }
        let proxy = try await proxy(to: server)
        let response = try request(proxy.address)
        #expect(response?.headers["content-length"] == "1000")
        #expect(response?.body == "torn")
    }

    @Test func resetsClientWhenServerIsDown() async throws {
        let server = try ScriptedServer { _ in }
        server.stop()
        let proxy = try await proxy(to: server)
        let client = try RawClient(proxy.address)
        client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(client.receive() == .reset)
    }

    @Test func carries200Connections() async throws {
        let server = try ScriptedServer { ScriptedResponse(text: $0.target) }
        defer { server.stop() }
        let proxy = try await proxy(to: server)
        let clients = try (0..<200).map { _ in try RawClient(proxy.address) }
        for round in 0..<10 {
            for (number, client) in clients.enumerated() {
                client.send("GET /\(round)/\(number) HTTP/1.1\r\nHost: test\r\n\r\n")
            }
            for (number, client) in clients.enumerated() {
                #expect(client.text(until: "\r\n\r\n/\(round)/\(number)") != nil)
            }
        }
        #expect(proxy.requestCount == 2000)
        #expect(proxy.traffic.maxOpenConnections == 200)
        #expect(proxy.traffic.openConnections == 200)
        #expect(server.acceptedConnections == 200)
        await proxy.close()
        #expect(clients.allSatisfy { [.end, .reset].contains($0.receive()) })
        #expect(await eventually { server.openConnections == 0 })
    }

    @Test func countsRequests() async throws {
        let server = try ScriptedServer { _ in ScriptedResponse() }
        defer { server.stop() }
        let proxy = try await proxy(to: server)
        proxy.faults = [.status(503)]
        for _ in 0..<3 { _ = try request(proxy.address) }
        let middle = ContinuousClock.now
        for _ in 0..<2 { _ = try request(proxy.address) }
        #expect(proxy.requestCount == 5)
        #expect(proxy.requestCount(since: middle) == 2)
        #expect(proxy.requestCount(since: .now) == 0)
        let client = try RawClient(proxy.address)
        for _ in 0..<101 {
            client.send(String(repeating: "GET /more HTTP/1.1\r\nHost: test\r\n\r\n", count: 100))
            #expect(client.receive(count: 100 * "HTTP/1.1 503 ".utf8.count).last == .bytes([]))
        }
        #expect(await eventually { proxy.requestCount == 10_105 })
        #expect(proxy.requests.count == 10_000)
        #expect(proxy.requestCount(since: middle) == 10_000)
    }

    @Test func closeEndsConnectionsAndListener() async throws {
        let server = try ScriptedServer { _ in ScriptedResponse() }
        defer { server.stop() }
        let proxy = try await proxy(to: server)
        await proxy.close()
        await proxy.close()
        #expect(await refusesConnection(at: proxy.address))
        var forgotten: HTTPFaultProxy? = try await self.proxy(to: server)
        let address = try #require(forgotten?.address)
        forgotten?.faults = [.endlessChunks]
        let client = try RawClient(address)
        client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(client.receive(count: 1).last == .bytes([]))
        forgotten = nil
        #expect([.end, .reset].contains(client.receive().last))
        #expect(await refusesConnection(at: address))
    }
}
