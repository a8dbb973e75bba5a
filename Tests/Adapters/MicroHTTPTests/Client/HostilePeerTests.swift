// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import MicroCore
import MicroHTTP
import NIOCore
import TestSupport
import Testing

@Suite(.blocking) struct HostilePeerTests {
    /// Calls a peer that responds with the given bytes.
    private func call(answeredWith bytes: String, thenClose: Bool = false) async throws -> TransportResponse {
        let server = try ScriptedServer { connection in
            while try connection.readRequest() != nil {
                try connection.write(bytes)
                if thenClose { return }
            }
        }
        defer { server.stop() }
        let client = HTTPTransport()
        let result: Result<TransportResponse, any Error>
        do {
            result = .success(try await client.call(.test(), to: .local(server.port)))
        } catch {
            result = .failure(error)
        }
        await client.close()
        do {
            return try result.get()
        } catch let error as MicroError {
            // Every error names the peer.
            #expect(error.origin != MicroError.Origin.transport || error.message.contains("127.0.0.1:\(server.port)"))
            throw error
        }
    }

    @Test(
        "T28 a response without a body is an empty response",
        arguments: ["200 OK\r\nContent-Length: 0\r\n", "200 OK\r\nContent-Length:  0 \r\n"])
    func emptyResponseBodyIsAccepted(head: String) async throws {
        let response = try await call(answeredWith: "HTTP/1.1 \(head)\r\n")
        #expect(response.body.readableBytes == 0)
        #expect(response.contentType == "")
    }

    @Test("chunked and informational responses and white space are parsed")
    func chunkedAndInformationalResponsesAreParsed() async throws {
        let response = try await call(
            answeredWith: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                + "HTTP/1.1 200\r\ncontent-type:   Text/Plain ; charset=x\r\nTransfer-Encoding: chunked\r\n"
                + "X-A:\t1 \r\n\r\n"
                + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: x\r\n\r\n")
        #expect(String(buffer: response.body) == "abcde")
        #expect(response.contentType == "Text/Plain ; charset=x")
        #expect(response.headers == ["X-A": "1"])
    }

    @Test("T29 a second response to one call is not used for the next call")
    func duplicateResponseIsNotUsedForNextCall()
        async throws
    {
        let server = try ScriptedServer { connection in
            while let request = try connection.readRequest() {
                let answers = [String(decoding: request.body, as: UTF8.self), "again"]
                // Both in one write, so that the second one is received with the first.
                try connection.write(
                    answers.map { "HTTP/1.1 200 OK\r\nContent-Length: \($0.utf8.count)\r\n\r\n\($0)" }.joined())
            }
        }
        defer { server.stop() }
        try await withClient { client in
            for number in 0..<20 {
                let response = try await client.call(
                    .test(body: ByteBuffer(string: "\(number)")), to: .local(server.port))
                #expect(String(buffer: response.body) == "\(number)")
            }
        }
        #expect(server.acceptedConnections == 20)
    }

    @Test("T29 the Micro-Id of a response is ignored: v4 sends that of the connection's first call")
    func responseIDIsIgnored() async throws {
        let server = try ScriptedServer { connection in
            var first: String?
            while let request = try connection.readRequest() {
                first = first ?? request["Micro-Id"]
                try connection.write(
                    ScriptedResponse(headers: [("Micro-Id", first ?? ""), ("X-Micro-Id", "")], body: request.body))
            }
        }
        defer { server.stop() }
        try await withClient { client in
            for number in 0..<3 {
                let body = ByteBuffer(string: "\(number)")
                let response = try await client.call(.test(body: body), to: .local(server.port))
                #expect(response.body == body)
            }
        }
        #expect(server.acceptedConnections == 1)
    }

    @Test(
        "T31 unknown codes and null fields in an error are mapped",
        arguments: [
            (#"{"id":null,"code":777,"detail":null,"status":null}"#, MicroError.Code.internal, "", "greeter"),
            (#"{"id":"x","code":418,"detail":"tea","status":7}"#, .invalidArgument, "tea", "x"),
            (#"{"id":"x","code":418,"detail":"tea"}"#, .invalidArgument, "tea", "x"),
            (#"{"code":-5,"detail":"d"}"#, .internal, "d", "greeter"),
            (#"{"code":99999999999999999999}"#, .internal, #"{"code":99999999999999999999}"#, "greeter"),
            ("{}", .internal, "{}", "greeter"), ("null", .internal, "null", "greeter"),
        ])
    func unknownErrorCodesAreMapped(text: String, code: MicroError.Code, message: String, origin: String) async throws {
        let error = try await microError {
            _ = try await call(answeredWith: "HTTP/1.1 200 OK\r\nMicro-Error: \(text)\r\nContent-Length: 0\r\n\r\n")
        }
        #expect(error.code == code)
        #expect(error.message == message)
        #expect(error.origin == origin)
        #expect(!error.isSafeToRetry)
    }

    @Test(
        "HTTP statuses without Micro-Error are mapped to codes",
        arguments: [
            (204, MicroError.Code.internal), (301, .internal), (304, .internal), (400, .internal),
            (401, .unauthenticated),
            (403, .permissionDenied), (404, .internal), (429, .resourceExhausted), (500, .internal),
            (502, .unavailable),
            (503, .unavailable), (504, .deadlineExceeded), (599, .internal),
        ])
    func foreignStatusesAreMapped(status: Int, code: MicroError.Code) async throws {
        let error = try await microError {
            _ = try await call(answeredWith: "HTTP/1.1 \(status) X\r\nContent-Length: 0\r\n\r\n")
        }
        #expect(error.code == code)
        #expect(!error.isSafeToRetry)
        #expect(error.message.contains("HTTP \(status) without Micro-Error"))
    }

    @Test(
        "T32 a malformed response is an internal error",
        arguments: [
            "hello\r\n\r\n", "\0\0\0\u{1}", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2.0 200 OK\r\n\r\n",
            "HTTP/1.1 OK\r\n\r\n", "HTTP/1.1 99999 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n",
            "HTTP/1.1 200 OK\r\nContent-Type: a\r\n\r\nwithout a length",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        ])
    func malformedResponseIsAnError(bytes: String) async throws {
        let error = try await microError { _ = try await call(answeredWith: bytes) }
        #expect(error.code == .internal)
        #expect(!error.isSafeToRetry)
    }

    @Test(
        "T32 a response header without an end is an error",
        arguments: ["X-A: \(String(repeating: "a", count: 1000))\r\n", "X: 1\r\n", "a"])
    func endlessResponseHeaderIsAnError(line: String) async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write("HTTP/1.1 200 OK\r\n")
            while true { try connection.write(String(repeating: line, count: 64)) }
        }
        defer { server.stop() }
        try await withClient { client in
            let error = try await microError { _ = try await client.call(.test(), to: .local(server.port)) }
            #expect(error.code == .internal)
        }
    }

    @Test("T32 bytes after the declared body do not reach the next call") func excessBodyDoesNotReachNextCall()
        async throws
    {
        let server = try ScriptedServer { connection in
            while let request = try connection.readRequest() {
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(request.body.count)\r\n\r\n")
                try connection.write(request.body + Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n".utf8))
                _ = connection.readToEnd()
            }
        }
        defer { server.stop() }
        try await withClient { client in
            for number in 0..<5 {
                let request = TransportRequest.test(body: ByteBuffer(string: "\(number)"), timeout: .milliseconds(300))
                do {
                    let response = try await client.call(request, to: .local(server.port))
                    #expect(response.body == request.body)
                } catch let error as MicroError {
                    #expect([.deadlineExceeded, .internal, .unavailable].contains(error.code))
                }
            }
        }
    }

    @Test(
        "T32 T34 a truncated response is unavailable",
        arguments: [
            "", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        ])
    func truncatedResponseIsUnavailable(bytes: String) async throws {
        let error = try await microError { _ = try await call(answeredWith: bytes, thenClose: true) }
        #expect(error.code == .unavailable)
        #expect(!error.isSafeToRetry)
        #expect(error.message.contains("closed the connection before it responded"))
    }

    @Test("T34 a connection reset is unavailable", arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"])
    func connectionResetIsUnavailable(bytes: String) async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write(bytes)
            connection.reset()
        }
        defer { server.stop() }
        try await withClient { client in
            let error = try await microError { _ = try await client.call(.test(), to: .local(server.port)) }
            #expect(error.code == .unavailable)
            #expect(!error.isSafeToRetry)
        }
    }

    @Test("T35 the deadline ends a call to a peer that sends nothing") func silentPeerExceedsDeadline() async throws {
        let server = try ScriptedServer { connection in _ = connection.readToEnd() }
        defer { server.stop() }
        try await withClient { client in
            let error = try await microError {
                _ = try await client.call(.test(timeout: .milliseconds(200)), to: .local(server.port))
            }
            #expect(error.code == .deadlineExceeded)
        }
        // The peer has read to the end: the client closed the connection.
        #expect(await eventually { server.openConnections == 0 })
    }

    @Test("T36 a response is parsed byte by byte") func responseIsParsedByteByByte() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            for byte in "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 5\r\nX-A: 1\r\n\r\nhello".utf8 {
                try connection.write([byte])
            }
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        try await withClient { client in
            let response = try await client.call(.test(), to: .local(server.port))
            #expect(String(buffer: response.body) == "hello")
            #expect(response.contentType == "a/b")
            #expect(response.headers == ["X-A": "1"])
        }
    }

    @Test("T33 T38 a connection that the peer closed between calls is not reused")
    func connectionClosedBetweenCallsIsNotReused() async throws {
        let server = try ScriptedEchoServer()
        defer { server.stop() }
        try await withClient { client in
            for _ in 0..<10 {
                _ = try await client.call(.test(), to: server.address)
                server.disconnectAll()
                #expect(await eventually { server.openConnections == 0 })
            }
        }
        #expect(server.acceptedConnections == 10)
    }

    @Test("a connection with a response before the request was read is not reused")
    func connectionWithEarlyResponseIsNotReused() async throws {
        let (gate, connections) = (DispatchSemaphore(value: 0), Counter())
        let server = try ScriptedServer { connection in
            let isFirst = connections.add() == 1
            _ = isFirst ? try connection.read(until: "\r\n\r\n") : try connection.readRequest()?.body
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            // The rest of the request is not read.
            if isFirst { gate.wait() }
        }
        defer {
            gate.signal()
            server.stop()
        }
        var configuration = HTTPConfiguration()
        configuration.maxBodySize = 64 * 1024 * 1024
        try await withClient(configuration) { client in
            let large = ByteBuffer(repeating: 0x78, count: configuration.maxBodySize)
            _ = try await client.call(.test(body: large), to: .local(server.port))
            _ = try await client.call(.test(timeout: .seconds(10)), to: .local(server.port))
        }
        #expect(server.acceptedConnections == 2)
    }

    @Test("the client does not reuse a connection after Connection: close") func connectionCloseHeaderIsRespected()
        async throws
    {
        let server = try ScriptedServer { connection in
            while try connection.readRequest() != nil {
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            }
        }
        defer { server.stop() }
        try await withClient { client in
            for _ in 0..<5 { _ = try await client.call(.test(), to: .local(server.port)) }
        }
        #expect(server.acceptedConnections == 5)
    }

    @Test("a response body beyond the limit is refused, with or without a declared length")
    func oversizedResponseIsRejected() async throws {
        var limits = HTTPConfiguration()
        limits.maxBodySize = 1000
        let server = try ScriptedServer { connection in
            while let request = try connection.readRequest() {
                switch request["Micro-Endpoint"] {
                case "A.Fit": try connection.write(ScriptedResponse(body: Array(repeating: 65, count: 1000)))
                case "A.Declared": try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n")
                default:
                    try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                    while true { try connection.write("a\r\n0123456789\r\n") }
                }
            }
        }
        defer { server.stop() }
        try await withClient(limits) { client in
            let response = try await client.call(.test(endpoint: "A.Fit"), to: .local(server.port))
            #expect(response.body.readableBytes == 1000)
            for endpoint in ["A.Declared", "A.Endless"] {
                let error = try await microError {
                    _ = try await client.call(.test(endpoint: endpoint), to: .local(server.port))
                }
                #expect(error.code == .payloadTooLarge)
                #expect(error.message.contains("1000"))
                #expect(!error.isSafeToRetry)
            }
        }
    }

    @Test("random response bytes end the call without a trap") func randomResponsesNeverTrap() async throws {
        var random = SeededRandom(seed: 42)
        let valid = Array("HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nMicro-Id: 0\r\nContent-Length: 5\r\n\r\nhello".utf8)
        let answers = (0..<150).map { _ in
            var bytes = valid
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
                }
            }
            return bytes
        }
        let server = try ScriptedServer { connection in
            guard let request = try connection.readRequest(), let index = Int(request["Number"] ?? "") else { return }
            try connection.write(answers[index])
        }
        defer { server.stop() }
        try await withClient { client in
            for index in answers.indices {
                do {
                    _ = try await client.call(.test(headers: ["Number": "\(index)"]), to: .local(server.port))
                } catch let error as MicroError {
                    #expect(error.code != .deadlineExceeded, "\(String(decoding: answers[index], as: UTF8.self))")
                }
            }
        }
    }
}

/// SplitMix64: the same sequence in every run.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
