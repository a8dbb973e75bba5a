// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroHTTP
import NIOCore
import TestSupport
import Testing

/// The bytes on one connection of a server, and the limits on the number of connections.
@Suite struct ConnectionTests {
    private static func head(_ endpoint: String = "A.B", _ fields: String = "") -> String {
        "POST / HTTP/1.1\r\nContent-Type: a/b\r\nMicro-Service: s\r\nMicro-Endpoint: \(endpoint)\r\n\(fields)"
    }

    private static func request(_ endpoint: String, _ body: String) -> String {
        head(endpoint, "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    private static func limited(_ bytes: Int) -> HTTPConfiguration {
        var configuration = HTTPConfiguration()
        configuration.maxBodySize = bytes
        return configuration
    }

    @Test("pipelined requests get their responses in order, one at a time") func pipelinedRequestsAreAnsweredInOrder()
        async throws
    {
        let running = ValueCollector<Int>()
        try await withServer { request in
            running.add(1)
            try await Task.sleep(for: .milliseconds(request.endpoint == "A.Slow" ? 100 : 1))
            running.add(-1)
            return TransportResponse(contentType: request.contentType, body: request.body)
        } body: { served in
            let raw = try await RawConnection.open(to: served.address)
            let bodies = (0..<40).map { "\($0)" }
            try await raw.send(bodies.map { Self.request($0 == "0" ? "A.Slow" : "A.Fast", $0) }.joined())
            #expect(await raw.responses(40).map(\.body) == bodies)
            #expect(running.values == Array(repeating: [1, -1], count: 40).flatMap { $0 })
            raw.close()
        }
    }

    @Test("a request is parsed byte by byte, with chunks, white space and any case of names")
    func requestIsParsedByteByByte() async throws {
        try await withServer(handler: echo) { served in
            let raw = try await RawConnection.open(to: served.address)
            let request =
                "POST / HTTP/1.1\r\ncontent-TYPE:  A/B ; q=1 \r\nMICRO-service: s\r\nmicro-Endpoint: A.B \r\n"
                + "x-mine: 1 \r\n"
                + "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n"
            for byte in request.utf8 { try await raw.send([byte]) }
            let response = try #require(await raw.responses(1).first)
            #expect(response.body == "abcde")
            #expect(response["Content-Type"] == "A/B ; q=1")
            #expect(response["x-mine"] == "1")
            raw.close()
        }
    }

    @Test("T05 a body at the limit passes, a longer one is refused, and the connection stays open")
    func bodyLimitIsEnforcedByServer() async throws {
        try await withServer(Self.limited(1000), client: HTTPConfiguration(), handler: echo) { served in
            let fitting = ByteBuffer(repeating: 65, count: 1000)
            let response = try await served.call(.test(body: fitting))
            #expect(response.body == fitting)
            let error = try await microError {
                _ = try await served.call(.test(body: ByteBuffer(repeating: 65, count: 1001)))
            }
            #expect(error.code == .payloadTooLarge)
            #expect(error.origin == MicroError.Origin.server)
            #expect(error.message == "the body of the request has 1001 bytes: the limit is 1000 bytes")
            _ = try await served.call()

            let raw = try await RawConnection.open(to: served.address)
            try await raw.send(Self.request("A.B", String(repeating: "x", count: 100_000)) + Self.request("A.B", "hi"))
            let responses = await raw.responses(2)
            try #require(responses.count == 2)
            #expect(responses[0].status == "HTTP/1.1 200 OK")
            #expect(responses[0]["Micro-Error"]?.contains("\"code\":413") == true)
            #expect(responses[0]["Connection"] == nil)
            #expect(responses[1].body == "hi")
            raw.close()
        }
    }

    @Test("T05 the client refuses a body beyond its limit without sending anything") func bodyLimitIsEnforcedByClient()
        async throws
    {
        let server = try ScriptedEchoServer()
        defer { server.stop() }
        try await withClient(Self.limited(1000)) { client in
            let error = try await microError {
                _ = try await client.call(.test(body: ByteBuffer(repeating: 65, count: 1001)), to: server.address)
            }
            #expect(error.code == .payloadTooLarge)
            #expect(error.origin == MicroError.Origin.client)
            #expect(error.isSafeToRetry)
            #expect(error.message.contains("1001 bytes: the limit is 1000"))
        }
        #expect(server.acceptedConnections == 0)
    }

    @Test("a response beyond the server's limit is an error and keeps the connection") func oversizedResponseIsAnError()
        async throws
    {
        try await withServer(Self.limited(1000), client: HTTPConfiguration()) { request in
            TransportResponse(
                contentType: "a/b", body: ByteBuffer(repeating: 65, count: request.endpoint == "A.Big" ? 1001 : 1000))
        } body: { served in
            let error = try await microError { _ = try await served.call(.test(endpoint: "A.Big")) }
            #expect(error.code == .payloadTooLarge)
            let response = try await served.call()
            #expect(response.body.readableBytes == 1000)
        }
    }

    @Test(
        "a body far beyond the limit, or without an end, gets an error response before the connection is closed",
        arguments: [
            "Content-Length: 99999999999\r\n\r\n", "Content-Length: 99999999999999999999\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n",
        ])
    func hugeBodyIsRejectedAndConnectionClosed(framing: String) async throws {
        try await withServer(Self.limited(1000), client: HTTPConfiguration(), handler: echo) { served in
            let raw = try await RawConnection.open(to: served.address)
            try await raw.send(Self.head("A.B", framing))
            // The peer keeps sending, and must still be able to read the response.
            let sender = Task {
                let piece =
                    framing.hasPrefix("T")
                    ? "3e8\r\n" + String(repeating: "x", count: 1000) + "\r\n" : String(repeating: "x", count: 1005)
                while !Task.isCancelled, !raw.isClosed { try await raw.send(piece) }
            }
            let response = try #require(await raw.responses(1).first)
            if framing.contains("99999999999999999999") {
                // SwiftNIO's decoder refuses a length that no integer holds.
                #expect(response.status.hasPrefix("HTTP/1.1 400 "))
            } else {
                #expect(response["Micro-Error"]?.contains("\"code\":413") == true)
            }
            #expect(response["Connection"] == "close")
            sender.cancel()
            #expect(await eventually { raw.isClosed })
            _ = await sender.result
            _ = try await served.call()
        }
    }

    @Test("endless malformed input gets an error response before the connection is closed")
    func endlessMalformedInputIsRejected()
        async throws
    {
        try await withServer(handler: echo) { served in
            let raw = try await RawConnection.open(to: served.address)
            let sender = Task {
                while !Task.isCancelled, !raw.isClosed { try await raw.send(String(repeating: "?\r\n", count: 1000)) }
            }
            let response = try #require(await raw.responses(1).first)
            #expect(response.status.hasPrefix("HTTP/1.1 400 "))
            sender.cancel()
            #expect(await eventually { raw.isClosed })
            _ = await sender.result
        }
    }

    @Test("T05 a body at the default limit passes in both directions") func bodyAtDefaultLimitPasses() async throws {
        let body = ByteBuffer(repeating: 65, count: 4 * 1024 * 1024)
        try await withServer(handler: echo) { served in
            let response = try await served.call(.test(body: body))
            #expect(response.body == body)
        }
    }

    @Test("a client that expects 100 Continue gets it before it sends the body") func expectContinueIsSupported()
        async throws
    {
        try await withServer(Self.limited(1000), client: HTTPConfiguration(), handler: echo) { served in
            let raw = try await RawConnection.open(to: served.address)
            try await raw.send(Self.head("A.B", "Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n"))
            #expect(await raw.responses(1).map(\.status) == ["HTTP/1.1 100 Continue"])
            try await raw.send("hi")
            #expect(await raw.responses(2).last?.body == "hi")
            try await raw.send(Self.head("A.B", "Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n"))
            let last = try #require(await raw.responses(3).last)
            #expect(last["Micro-Error"]?.contains("\"code\":413") == true)
            #expect(last["Connection"] == "close")
            #expect(await eventually { raw.isClosed })
        }
    }

    @Test(
        "the server closes the connection after Connection: close and HTTP/1.0",
        arguments: [
            ("HTTP/1.1", "Connection: close\r\n"), ("HTTP/1.0", ""), ("HTTP/1.0", "Connection: keep-alive\r\n"),
        ])
    func connectionCloseAndHTTP10AreRespected(version: String, fields: String) async throws {
        try await withServer(handler: echo) { served in
            let raw = try await RawConnection.open(to: served.address)
            let request = Self.head("A.B", "\(fields)Content-Length: 2\r\n\r\nhi")
            try await raw.send(request.replacing("HTTP/1.1", with: version))
            let response = try #require(await raw.responses(1).first)
            #expect(response.body == "hi")
            #expect(response["Connection"] == "close")
            #expect(await eventually { raw.isClosed })
        }
    }

    @Test("a handler is cancelled when its caller disconnects", arguments: [true, false])
    func handlerIsCancelledWhenCallerDisconnects(reset: Bool) async throws {
        let gate = AsyncGate()
        gate.open()
        let cancelled = ValueCollector<Bool>()
        var configuration = HTTPConfiguration()
        // At the deadline, the handler would be cancelled in any case.
        configuration.defaultRequestTimeout = .seconds(60)
        try await withServer(configuration) { request in
            await gate.pass()
            do {
                try await Task.sleep(for: .seconds(60))
            } catch {
                cancelled.add(true)
                throw error
            }
            return TransportResponse(contentType: request.contentType)
        } body: { served in
            let raw = try await RawConnection.open(to: served.address)
            // With a second request in its buffer, the server does not read.
            try await raw.send(Self.request("A.B", "hi") + (reset ? Self.request("A.B", "again") : ""))
            #expect(await eventually { gate.arrivals == 1 })
            raw.close()
            #expect(await eventually { cancelled.values == [true] })
            #expect(gate.arrivals == 1)
        }
    }

    @Test("the server stops reading from a peer that does not read its responses") func nonReadingPeerIsNotReadFrom()
        async throws
    {
        let calls = ValueCollector<Int>()
        let body = ByteBuffer(repeating: 65, count: 1_000_000)
        try await withServer { request in
            calls.add(1)
            return TransportResponse(contentType: request.contentType, body: body)
        } body: { served in
            let raw = try await RawConnection.open(to: served.address, reading: false)
            try await raw.send(String(repeating: Self.request("A.B", ""), count: 300))
            // It stops once the buffers are full: then the number of calls does not change.
            var last = -1
            #expect(
                await eventually(within: .seconds(10)) {
                    defer { last = calls.values.count }
                    try? await Task.sleep(for: .milliseconds(200))
                    return last > 0 && calls.values.count == last
                })
            #expect(calls.values.count < 100)
            raw.close()
        }
    }

    @Test("bytes after a request that is being handled are not buffered in memory")
    func pipelinedBytesAreNotBuffered()
        async throws
    {
        let (gate, sent) = (AsyncGate(), Counter())
        try await withServer { request in
            await gate.pass()
            return TransportResponse(contentType: request.contentType)
        } body: { served in
            let raw = try await RawConnection.open(to: served.address)
            // More than the socket buffers of both sides hold.
            let sending = Task {
                try await raw.send(Self.request("A.B", "") + String(repeating: "x", count: 32 * 1024 * 1024))
                sent.add()
            }
            #expect(await eventually { gate.arrivals == 1 })
            #expect(await always(during: .seconds(1)) { sent.value == 0 })
            gate.open()
            raw.close()
            _ = await sending.result
        }
    }

    @Test("T39 the number of connections to one address is limited") func connectionsPerAddressAreBounded() async throws
    {
        var configuration = HTTPConfiguration()
        configuration.maxConnectionsPerAddress = 3
        let gate = AsyncGate()
        try await withServer(configuration) { request in
            await gate.pass()
            return TransportResponse(contentType: request.contentType)
        } body: { served in
            let calls = (0..<3).map { _ in Task { try await served.call() } }
            #expect(await eventually { gate.arrivals == 3 })
            let error = try await microError { _ = try await served.call() }
            #expect(error.code == .resourceExhausted)
            #expect(error.isSafeToRetry)
            gate.open()
            for call in calls { _ = try await call.value }
            _ = try await served.call()
        }
    }

    @Test("the number of idle connections is limited, and the most recently used one is reused first")
    func idleConnectionsAreBoundedAndReused() async throws {
        var configuration = HTTPConfiguration()
        configuration.maxIdleConnectionsPerAddress = 2
        let server = try ScriptedServer { connection in
            while let request = try connection.readRequest() {
                try connection.write(ScriptedResponse(body: request.body))
            }
        }
        defer { server.stop() }
        try await withClient(configuration) { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 { group.addTask { _ = try await client.call(.test(), to: .local(server.port)) } }
                try await group.waitForAll()
            }
            #expect(await eventually { server.openConnections <= 2 })
            let accepted = server.acceptedConnections
            for _ in 0..<10 { _ = try await client.call(.test(), to: .local(server.port)) }
            #expect(server.acceptedConnections == accepted)
        }
        #expect(await eventually { server.openConnections == 0 })
    }

    @Test("T40 a server that restarts at the same port is reachable at once") func restartedServerIsReachable()
        async throws
    {
        try await withClient { client in
            let first = HTTPTransport()
            let listener = try await first.bind(to: .local(0))
            let running = Task { try await listener.run(echo) }
            for _ in 0..<5 { _ = try await client.call(.test(), to: listener.address) }
            await first.close()
            try await running.value
            let error = try await microError { _ = try await client.call(.test(), to: listener.address) }
            #expect(error.code == .unavailable)
            #expect(error.isSafeToRetry)
            let second = HTTPTransport()
            let again = try await second.bind(to: listener.address)
            let runningAgain = Task { try await again.run(echo) }
            _ = try await client.call(.test(), to: again.address)
            await second.close()
            try await runningAgain.value
        }
    }
}
