// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import MicroCore
import MicroEdge
import NIOCore
import NIOHTTP1
import TestServers
import TestSupport
import Testing

@testable import MicroGateway

/// Requests to nodes that respond in unusual ways.
@Suite(.blocking, .timeLimit(.minutes(1))) struct UpstreamClientTests {
    private func withClient(
        idleTimeout: Duration = .seconds(30), trusting authorityFile: String? = nil,
        _ body: (UpstreamClient) async throws -> Void
    ) async throws {
        let client = UpstreamClient(
            idleTimeout: idleTimeout, tls: NodeTLS(authorityFile: authorityFile))
        try await body(client)
        await client.close()
    }

    private func request(
        _ port: Int, _ method: HTTPMethod = .GET, isSecure: Bool = false, body: String = ""
    ) -> UpstreamRequest {
        UpstreamRequest(
            method, "/a?b=c", at: Address(host: "127.0.0.1", port: port), isSecure: isSecure,
            body: .buffered(ByteBuffer(string: body)))
    }

    /// A server that reads a request, and sends a text on each connection.
    private func server(sending text: String) throws -> ScriptedServer {
        try ScriptedServer { connection in
            guard try connection.readRequest() != nil else { return }
            try connection.write(text)
        }
    }

    /// A server that reads a request, and does not respond.
    private func silentServer(_ hasBegun: Counter) throws -> ScriptedServer {
        try ScriptedServer { connection in
            guard try connection.readRequest() != nil else { return }
            hasBegun.add()
            _ = connection.readToEnd()
        }
    }

    private func failure(_ client: UpstreamClient, sending text: String) async throws -> UpstreamError? {
        let node = try server(sending: text)
        defer { node.stop() }
        return await #expect(throws: UpstreamError.self) {
            _ = try await client.execute(request(node.port)).collect(upTo: 1 << 20)
        }
    }

    @Test func connectionsAreUsedAgain() async throws {
        let node = try ScriptedServer { request in
            ScriptedResponse(text: "\(request.method) \(String(decoding: request.body, as: UTF8.self))")
        }
        defer { node.stop() }
        try await withClient { client in
            for _ in 0..<20 {
                let response = try await client.execute(request(node.port, .POST, body: "data"))
                #expect(response.status == .ok)
                #expect(String(buffer: try await response.collect(upTo: 100)) == "POST data")
            }
            // Each event loop has its own connections.
            #expect(node.acceptedConnections <= System.coreCount)
        }
        #expect(await eventually { node.openConnections == 0 })
    }

    @Test func connectionThatTheNodeClosesIsNotUsedAgain() async throws {
        let node = try server(sending: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
        defer { node.stop() }
        try await withClient { client in
            for _ in 0..<5 {
                let response = try await client.execute(request(node.port))
                #expect(String(buffer: try await response.collect(upTo: 2)) == "ok")
            }
            #expect(node.acceptedConnections == 5)
        }
    }

    @Test func bodyWithoutLengthEndsWithTheConnection() async throws {
        let node = try server(sending: "HTTP/1.1 200 OK\r\n\r\nwhole")
        defer { node.stop() }
        try await withClient { client in
            let response = try await client.execute(request(node.port))
            #expect(String(buffer: try await response.collect(upTo: 100)) == "whole")
        }
    }

    @Test func responsesWithoutBodyEndWithTheirHead() async throws {
        let node = try ScriptedServer { connection in
            while let request = try connection.readRequest() {
                let status = request.method == "HEAD" ? "200 OK" : "304 Not Modified"
                try connection.write("HTTP/1.1 \(status)\r\nContent-Length: 100000\r\n\r\n")
            }
        }
        defer { node.stop() }
        try await withClient { client in
            for method in [HTTPMethod.HEAD, .GET, .HEAD] {
                let response = try await client.execute(request(node.port, method))
                #expect(response.headers.first(name: "Content-Length") == "100000")
                #expect(try await response.collect(upTo: 0).readableBytes == 0)
            }
        }
    }

    @Test func interimResponsesAreSkipped() async throws {
        let node = try server(
            sending: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        defer { node.stop() }
        try await withClient { client in
            let response = try await client.execute(request(node.port))
            #expect(response.status == .ok && !response.headers.contains(name: "Link"))
        }
    }

    @Test func invalidResponsesAreErrors() async throws {
        try await withClient { client in
            for text in ["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: a\r\n\r\n"] {
                guard case .invalidResponse? = try await failure(client, sending: text) else {
                    Issue.record("\(text) was accepted")
                    continue
                }
            }
        }
    }

    @Test(arguments: [
        "", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ]) func incompleteResponsesAreErrors(_ text: String) async throws {
        try await withClient { client in
            let error = try await failure(client, sending: text)
            #expect(error.map { "\($0)" } == "it closed the connection")
        }
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "HTTP/1.1 200 OK\r\n\r\nabc"])
    func silentNodeMeetsTheIdleTimeout(_ text: String) async throws {
        let node = try ScriptedServer { connection in
            guard try connection.readRequest() != nil else { return }
            try connection.write(text)
            _ = connection.readToEnd()
        }
        defer { node.stop() }
        try await withClient(idleTimeout: .milliseconds(200)) { client in
            let error = await #expect(throws: UpstreamError.self) {
                _ = try await client.execute(request(node.port)).collect(upTo: 100)
            }
            #expect(error.map { "\($0)" } == "it has sent nothing for too long")
            #expect(await eventually { node.openConnections == 0 })
        }
    }

    @Test func bytesWithoutRequestCloseTheConnection() async throws {
        let node = try ScriptedServer { connection in
            guard try connection.readRequest() != nil else { return }
            let response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
            try connection.write(response + "ok" + response + "no")
            _ = connection.readToEnd()
        }
        defer { node.stop() }
        try await withClient { client in
            for _ in 0..<3 {
                let response = try await client.execute(request(node.port))
                #expect(String(buffer: try await response.collect(upTo: 100)) == "ok")
                #expect(await eventually { node.openConnections == 0 })
            }
        }
    }

    @Test func slowReaderHoldsBackTheNode() async throws {
        let size = 64 * 1024 * 1024
        let sent = Counter()
        let node = try ScriptedServer { connection in
            guard try connection.readRequest() != nil else { return }
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            for _ in 0..<(size >> 20) {
                try connection.write([UInt8](repeating: 0x78, count: 1 << 20))
                sent.add()
            }
        }
        defer { node.stop() }
        try await withClient(idleTimeout: .milliseconds(300)) { client in
            let response = try await client.execute(request(node.port))
            guard case .parts(let parts, _) = response.body else {
                Issue.record("the body was read before the response")
                return
            }
            // The idle timeout does not apply while the reader is slow; the buffers of the kernel hold some MiB.
            #expect(await always(during: .seconds(1)) { sent.value < 32 })
            var received = 0
            for try await part in parts { received += part.readableBytes }
            #expect(received == size)
        }
    }

    @Test func droppedBodyClosesTheConnection() async throws {
        let node = try ScriptedServer { connection in
            guard try connection.readRequest() != nil else { return }
            try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
            _ = connection.readToEnd()
        }
        defer { node.stop() }
        try await withClient { client in
            _ = try await client.execute(request(node.port))
            #expect(await eventually { node.openConnections == 0 })
        }
    }

    @Test func cancelledRequestClosesItsConnection() async throws {
        let hasBegun = Counter()
        let node = try silentServer(hasBegun)
        defer { node.stop() }
        try await withClient { client in
            let running = Task { try await client.execute(request(node.port)) }
            #expect(await eventually { hasBegun.value == 1 })
            running.cancel()
            await #expect(throws: CancellationError.self) { _ = try await running.value }
            #expect(await eventually { node.openConnections == 0 })
        }
    }

    @Test func closingEndsRequests() async throws {
        let hasBegun = Counter()
        let node = try silentServer(hasBegun)
        defer { node.stop() }
        let client = UpstreamClient(idleTimeout: .seconds(30))
        let running = Task { try await client.execute(request(node.port)) }
        #expect(await eventually { hasBegun.value == 1 })
        await client.close()
        await #expect(throws: UpstreamError.self) { _ = try await running.value }
        let error = await #expect(throws: MicroError.self) { _ = try await client.execute(request(node.port)) }
        #expect(error?.code == .closed)
    }

    @Test(.enabled(if: Certificates.canBeCreated)) func certificatesOfNodesAreVerified() async throws {
        let certificates = try await Certificates()
        let identity = try await certificates.identity("node", subjectAlternativeName: "IP:127.0.0.1")
        var configuration = EdgeConfiguration()
        configuration.address = "127.0.0.1:0"
        configuration.tls = EdgeTLSConfiguration(certificateFile: identity.certificate, keyFile: identity.key)
        let server = try EdgeServer(configuration: configuration, logger: LogRecorder().logger) { _, _ in
            Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "ok")))
        }
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            let port = try #require(try await server.listeningAddress().port)
            try await withClient(trusting: certificates.certificateAuthorityFile) { client in
                let response = try await client.execute(request(port, isSecure: true))
                #expect(response.status == .ok)
            }
            try await withClient { client in
                let error = await #expect(throws: (any Error).self) {
                    _ = try await client.execute(request(port, isSecure: true))
                }
                #expect(error.map(ReverseProxy.isConnectFailure) == true)
            }
            group.cancelAll()
        }
    }

    /// A node that accepts the connection, but has no TLS.
    @Test func handshakeThatDoesNotCompleteIsAConnectFailure() async throws {
        let node = try ScriptedServer { _ = $0.readToEnd() }
        defer { node.stop() }
        try await withClient(idleTimeout: .milliseconds(300)) { client in
            let error = await #expect(throws: (any Error).self) {
                _ = try await client.execute(request(node.port, isSecure: true))
            }
            #expect(error.map(ReverseProxy.isConnectFailure) == true)
            #expect(await eventually { node.openConnections == 0 })
        }
    }

    /// A name may have several addresses, at some of which the node does not listen.
    @Test func nodesAreReachedByName() async throws {
        let node = try ScriptedServer { _ in ScriptedResponse(text: "ok") }
        defer { node.stop() }
        try await withClient { client in
            for _ in 0..<5 {
                let request = UpstreamRequest(.GET, "/", at: Address(host: "localhost", port: node.port))
                let response = try await client.execute(request)
                #expect(response.status == .ok)
            }
        }
        #expect(await eventually { node.openConnections == 0 })
    }

    /// They would be read as something else than one request.
    @Test func requestsThatANodeCouldMisreadAreRefused() async throws {
        let node = try ScriptedServer { _ in ScriptedResponse(text: "ok") }
        defer { node.stop() }
        let address = Address(host: "127.0.0.1", port: node.port)
        let body = ProxyBody.buffered(ByteBuffer(string: "GET /hidden HTTP/1.1\r\n\r\n"))
        let requests = [
            UpstreamRequest(.TRACE, "/", at: address, body: body), UpstreamRequest(.CONNECT, "/", at: address),
            UpstreamRequest(.GET, "/ HTTP/1.1\r\n\r\nGET /hidden", at: address),
            UpstreamRequest(.GET, "/", at: address, headers: ["X-A": "1\r\n\r\nGET /hidden HTTP/1.1"]),
            UpstreamRequest(.GET, "/", at: address, headers: ["X A:": "1"]),
            UpstreamRequest(.GET, "/", at: Address(host: "127.0.0.1", port: 70_000)),
        ]
        try await withClient { client in
            for request in requests {
                let error = await #expect(throws: UpstreamError.self) { _ = try await client.execute(request) }
                guard case .invalidRequest? = error else {
                    Issue.record("\(request.head) was sent: \(error.map { "\($0)" } ?? "")")
                    continue
                }
            }
        }
        #expect(node.acceptedConnections == 0)
        let framed = UpstreamRequest(
            .POST, "/", at: address, headers: ["Transfer-Encoding": "chunked", "content-length": "1"], body: body)
        #expect(!framed.head.headers.contains(name: "Transfer-Encoding"))
        #expect(framed.head.headers["Content-Length"] == ["24"])
    }

    @Test func placesOfURLs() {
        let place = UpstreamRequest.place(of: "http://app.test:8080/a%20b?c=%2F#d")
        #expect(place?.address == Address(host: "app.test", port: 8080) && place?.target == "/a%20b?c=%2F")
        #expect(UpstreamRequest.place(of: "https://app.test")?.address == Address(host: "app.test", port: 443))
        #expect(UpstreamRequest.place(of: "https://app.test")?.target == "/")
        #expect(UpstreamRequest.place(of: "http://[::1]:1/")?.address == Address(host: "::1", port: 1))
        for text in ["", "a", "ftp://a/", "http://", "http:///a", "http://a:70000/"] {
            #expect(UpstreamRequest.place(of: text) == nil)
        }
    }
}
