// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroHTTP
import NIOCore
import TestSupport
import Testing

/// The limits of a server on slow, large and numerous requests, while it serves other callers.
@Suite(.timeLimit(.minutes(1))) struct ServerLimitTests {
    private static let head = "POST / HTTP/1.1\r\nHost: x\r\nMicro-Service: greeter\r\nMicro-Endpoint: A.B\r\n"

    private static func configuration(_ change: (inout HTTPConfiguration) -> Void) -> HTTPConfiguration {
        var configuration = HTTPConfiguration()
        change(&configuration)
        return configuration
    }

    @Test(
        "a slow request is cut off at the read timeout, in its header or its body",
        arguments: [head, head + "Content-Length: 1000\r\n\r\n"])
    func slowRequestIsCutOffAtReadTimeout(start: String) async throws {
        try await withServer(Self.configuration { $0.requestReadTimeout = .seconds(1) }, handler: echo) { served in
            let slowConnection = try await RawConnection.open(to: served.address)
            let begin = ContinuousClock.now
            try await slowConnection.send(start)
            let slowSender = Task {
                // The time between two bytes is far below any idle timeout.
                while !slowConnection.isClosed {
                    try await slowConnection.send("X")
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            while !slowConnection.isClosed, ContinuousClock.now - begin < .seconds(30) {
                let response = try await served.call(.test(body: ByteBuffer(string: "served")))
                #expect(String(buffer: response.body) == "served")
                try await Task.sleep(for: .milliseconds(50))
            }
            let time = ContinuousClock.now - begin
            #expect(slowConnection.isClosed && time >= .milliseconds(900), "it was cut off after \(time)")
            slowSender.cancel()
            _ = await slowSender.result
        }
    }

    @Test("an idle connection is closed, and a client that had kept it uses another one")
    func idleConnectionIsClosed() async throws {
        try await withServer(
            Self.configuration { $0.idleTimeout = .milliseconds(300) }, client: HTTPConfiguration(), handler: echo
        ) {
            served in
            let silent = try await RawConnection.open(to: served.address)
            let used = try await RawConnection.open(to: served.address)
            try await used.send(Self.head + "Content-Length: 2\r\n\r\nhi")
            #expect(await used.responses(1).count == 1)
            _ = try await served.call()
            #expect(await eventually { silent.isClosed && used.isClosed })
            // The connection of this client was closed as well.
            for _ in 0..<3 { _ = try await served.call() }
        }
    }

    @Test("a connection with a running call is not idle") func runningCallIsNotIdle() async throws {
        try await withServer(Self.configuration { $0.idleTimeout = .milliseconds(200) }) { request in
            // The limits are checked once a second.
            try await Task.sleep(for: .milliseconds(2500))
            return TransportResponse(contentType: request.contentType, body: request.body)
        } body: { served in
            _ = try await served.call()
        }
    }

    @Test("connections beyond the limit are closed until another one closes") func connectionLimitIsEnforced()
        async throws
    {
        let configuration = Self.configuration { $0.maxConnectionsPerListener = 3 }
        try await withServer(configuration, client: HTTPConfiguration(), handler: echo) { served in
            var kept: [RawConnection] = []
            for _ in 0..<3 {
                let raw = try await RawConnection.open(to: served.address)
                try await raw.send(Self.head + "Content-Length: 2\r\n\r\nhi")
                #expect(await raw.responses(1).count == 1)
                kept.append(raw)
            }
            let beyond = try await RawConnection.open(to: served.address)
            #expect(await eventually { beyond.isClosed })
            let error = try await microError { _ = try await served.call(.test(timeout: .seconds(2))) }
            #expect(error.code == .unavailable)
            kept[0].close()
            #expect(
                await eventually {
                    do { return try await served.call().body.readableBytes > 0 } catch { return false }
                })
            for raw in kept { raw.close() }
        }
    }

    @Test(
        "a caller that does not read its response is disconnected, also from the last response of a connection",
        arguments: ["", "Connection: close\r\n"])
    func nonReadingCallerIsDisconnected(field: String) async throws {
        let configuration = Self.configuration {
            ($0.idleTimeout, $0.maxConnectionsPerListener, $0.maxBodySize) = (.milliseconds(300), 1, 64 * 1024 * 1024)
        }
        let hasBegun = Counter()
        try await withServer(configuration, client: HTTPConfiguration()) { request in
            if request.endpoint == "A.B" { hasBegun.add() }
            let size = request.endpoint == "A.B" ? configuration.maxBodySize : 1
            return TransportResponse(
                contentType: request.contentType, body: ByteBuffer(repeating: 0x78, count: size))
        } body: { served in
            let nonReading = try await RawConnection.open(to: served.address, reading: false)
            try await nonReading.send(Self.head + field + "Content-Type: a/b\r\nContent-Length: 0\r\n\r\n")
            #expect(await eventually { hasBegun.value == 1 })
            // There is room for one connection only.
            #expect(await eventually { (try? await served.call())?.body.readableBytes == 1 })
            nonReading.close()
        }
    }

    @Test("malformed bytes after a valid request are refused after its response")
    func malformedPipelinedRequestIsRejected() async throws {
        try await withServer(handler: echo) { served in
            let raw = try await RawConnection.open(to: served.address)
            try await raw.send(Self.head + "Content-Length: 2\r\n\r\nhiGARBAGE\r\n\r\n")
            let responses = await raw.responses(2)
            #expect(responses.first?.body == "hi" && responses.last?.status.hasPrefix("HTTP/1.1 400 ") == true)
            #expect(await eventually { raw.isClosed })
            _ = try await served.call()
        }
    }

    @Test("a request header without an end is not buffered in memory", arguments: ["a", "X: 1\r\n"])
    func endlessHeaderIsNotBuffered(piece: String) async throws {
        try await withServer(handler: echo) { served in
            let raw = try await RawConnection.open(to: served.address)
            try await raw.send("POST / HTTP/1.1\r\nX: ")
            var sent = 0
            while !raw.isClosed, sent < 64 * 1024 * 1024 {
                let bytes = String(repeating: piece, count: 16 * 1024)
                do { try await raw.send(bytes) } catch { break }
                sent += bytes.utf8.count
            }
            #expect(sent < 8 * 1024 * 1024, "it took \(sent) bytes")
            #expect(await eventually { raw.isClosed })
            _ = try await served.call()
        }
    }

    @Test("a request whose caller closes its sending side early is dropped")
    func halfClosedRequestIsDropped() async throws {
        let served = ValueCollector<Int>()
        try await withServer { request in
            served.add(request.body.readableBytes)
            return TransportResponse(contentType: request.contentType, body: request.body)
        } body: { server in
            let half = try await RawConnection.open(to: server.address)
            try await half.send(Self.head + "Content-Length: 200\r\n\r\nhi")
            try await half.endSending()
            #expect(await eventually { half.isClosed })
            #expect(served.values.isEmpty)
            _ = try await server.call()
        }
    }

    @Test("a caller that closes its sending side after the request gets its response")
    func halfClosedCallerGetsResponse() async throws {
        try await withServer { request in
            if request.endpoint == "A.Slow" { try await Task.sleep(for: .milliseconds(100)) }
            return TransportResponse(contentType: request.contentType, body: request.body)
        } body: { server in
            for endpoint in ["A.Fast", "A.Slow"] {
                let half = try await RawConnection.open(to: server.address)
                let head = "POST / HTTP/1.1\r\nMicro-Service: s\r\nMicro-Endpoint: \(endpoint)\r\n"
                // The last of several requests, too.
                for _ in 0..<2 { try await half.send(head + "Content-Length: 2\r\n\r\nhi") }
                try await half.endSending()
                #expect(await half.responses(2).map(\.body) == ["hi", "hi"], "\(endpoint): \(half.text)")
                #expect(await eventually { half.isClosed })
                #expect(!half.wasReset)
            }
        }
    }

    @Test("a caller that closes its sending side during the last response gets all of it")
    func halfClosedCallerGetsWholeLastResponse() async throws {
        let configuration = Self.configuration { $0.maxBodySize = 64 * 1024 * 1024 }
        let hasBegun = Counter()
        try await withServer(configuration) { request in
            hasBegun.add()
            return TransportResponse(
                contentType: request.contentType, body: ByteBuffer(repeating: 0x78, count: configuration.maxBodySize))
        } body: { server in
            let half = try await RawConnection.open(to: server.address, reading: false)
            try await half.send(
                Self.head + "Connection: close\r\nContent-Type: a/b\r\nContent-Length: 0\r\n\r\n")
            // The response, which no buffer of the operating system can hold, is being written.
            #expect(await eventually { hasBegun.value == 1 })
            try await half.endSending()
            try await half.startReading()
            #expect(await eventually { half.isClosed })
            #expect(half.bytes.count > configuration.maxBodySize && !half.wasReset)
        }
    }

    @Test("two thousand connections leak no file descriptor") func closedConnectionsLeakNoDescriptors()
        async throws
    {
        try await withServer(handler: echo) { served in
            _ = try await served.call()
            let before = try OpenFileDescriptors.count()
            for round in 0..<20 {
                let raws = try await withThrowingTaskGroup(of: RawConnection.self) { group in
                    for _ in 0..<100 { group.addTask { try await RawConnection.open(to: served.address) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                for (index, raw) in raws.enumerated() {
                    if (round + index) % 2 == 0 { try? await raw.send(Self.head) }
                    raw.close()
                }
            }
            #expect(try await eventually { try OpenFileDescriptors.count() <= before + 4 })
            _ = try await served.call()
        }
    }
}
