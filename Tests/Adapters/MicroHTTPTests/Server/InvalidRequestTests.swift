// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import MicroHTTP
import NIOCore
import TestSupport
import Testing

/// T21: a request that is not a call gets an error response, and the server keeps running.
@Suite struct InvalidRequestTests {
    private static let call = "Content-Type: application/json\r\nMicro-Service: s\r\nMicro-Endpoint: A.B\r\n"

    @Test(
        "a request that is not a call gets an HTTP error status",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n", 405, false),
            ("PUT / HTTP/1.1\r\n\(call)Content-Length: 3\r\n\r\nabc", 405, false),
            ("DELETE /x HTTP/1.1\r\n\r\n", 405, false),
            ("BREW / HTTP/1.1\r\n\r\n", 400, true),
            ("POST /x HTTP/1.1\r\n\(call)Content-Length: 3\r\n\r\nabc", 404, false),
            ("POST http://a/x HTTP/1.1\r\n\(call)Content-Length: 0\r\n\r\n", 404, false),
            ("POST ftp://a/ HTTP/1.1\r\n\(call)Content-Length: 0\r\n\r\n", 404, false),
            ("POST / HTTP/1.1\r\nContent-Type: a/b\r\nContent-Length: 3\r\n\r\nabc", 400, false),
            ("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 400, false),
            ("POST / HTTP/1.1\r\nMicro-Service: s\r\nContent-Length: 0\r\n\r\n", 400, false),
            ("POST /a/b/C.D HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 404, false),
            ("POST /a%20b/C.D HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 404, false),
            ("POST //C.D HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 404, false),
            ("POST /healthz HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 404, false),
            ("GET /C.D HTTP/1.1\r\n\r\n", 405, false),
            ("POST / HTTP/1.1\r\nMicro-Service: s\r\nMicro-Endpoint: \r\nContent-Length: 0\r\n\r\n", 400, false),
            ("GET / HTTP/1.0\r\n\r\n", 405, true),
            ("OPTIONS * HTTP/1.1\r\n\r\n", 405, false),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\u{12}\u{4}\0\0\0\0\0", 400, true),
            ("hello\r\n\r\n", 400, true), ("\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{FC}\u{3}", 400, true),
            ("POST / HTTP/1.1\r\n\(call)Content-Length: -1\r\n\r\n", 400, true),
            ("POST / HTTP/1.1\r\n\(call)Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400, true),
            ("POST / HTTP/1.1\r\n\(call)Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nab", 400, true),
            ("POST / HTTP/1.1\r\n\(call)Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, true),
            ("POST / HTTP/1.1\r\nno colon\r\n\r\n", 400, true),
        ])
    func invalidRequestsAreRejected(bytes: String, status: Int, closes: Bool) async throws {
        try await withServer(handler: echo) { served in
            let raw = try await RawConnection.open(to: served.address)
            try? await raw.send(bytes)
            let response = try #require(await raw.responses(1).first)
            #expect(response.status.hasPrefix("HTTP/1.1 \(status) "))
            let text = try #require(response["Micro-Error"])
            #expect(response["X-Micro-Error"] == text)
            #expect(response["Content-Type"] == "application/json")
            #expect(response.body == text + "\n")
            let error = MicroError(wireText: text, origin: "")
            #expect(error.code == (status == 404 ? .notFound : .invalidArgument))
            #expect(error.origin == MicroError.Origin.server)
            #expect(response["Allow"] == (status == 405 ? "POST" : nil))
            if closes {
                #expect(response["Connection"] == "close")
                #expect(await eventually { raw.isClosed })
                #expect(!raw.wasReset)
            } else {
                #expect(response["Connection"] == nil)
                try await raw.send("POST / HTTP/1.1\r\n\(Self.call)Content-Length: 2\r\n\r\nhi")
                let responses = await raw.responses(2)
                #expect(responses.last?.body == "hi")
            }
            raw.close()
            // Other clients are not affected.
            _ = try await served.call()
        }
    }

    @Test(
        "a target in absolute form is accepted, as clients send it through a proxy",
        arguments: ["http://127.0.0.1:80/", "HTTP://greeter", "https://a?b=c", "/?b=c"])
    func absoluteFormTargetIsAccepted(target: String) async throws {
        try await withServer(handler: echo) { served in
            let raw = try await RawConnection.open(to: served.address)
            try await raw.send("POST \(target) HTTP/1.1\r\n\(Self.call)Content-Length: 2\r\n\r\nhi")
            let response = try #require(await raw.responses(1).first)
            #expect(response.status == "HTTP/1.1 200 OK" && response.body == "hi")
            raw.close()
        }
    }

    @Test("a request header beyond the limits is refused", arguments: [(257, 1), (1, 300_000)])
    func headerBeyondLimitsIsRejected(
        count: Int, size: Int
    )
        async throws
    {
        try await withServer(handler: echo) { served in
            let raw = try await RawConnection.open(to: served.address)
            let field = "X: \(String(repeating: "x", count: size))\r\n"
            try? await raw.send("POST / HTTP/1.1\r\n\(String(repeating: field, count: count))\r\n")
            let response = try #require(await raw.responses(1).first)
            #expect(response.status.hasPrefix("HTTP/1.1 400 "))
            #expect(await eventually { raw.isClosed })
            _ = try await served.call()
        }
    }

    @Test("the response to HEAD has no body") func headRequestGetsNoBody() async throws {
        try await withServer(handler: echo) { served in
            let raw = try await RawConnection.open(to: served.address)
            try await raw.send("HEAD / HTTP/1.1\r\n\r\n")
            let response = try #require(await raw.responses(1).first)
            #expect(response.status.hasPrefix("HTTP/1.1 405 "))
            #expect(response.body == "")
            raw.close()
        }
    }

    @Test("an unknown media type reaches the handler", arguments: ["text/foo", "*", ""])
    func unknownMediaTypeReachesHandler(type: String) async throws {
        try await withServer { request in
            throw MicroError(.unsupported, "cannot read <\(request.contentType)>", origin: MicroError.Origin.server)
        } body: { served in
            let raw = try await RawConnection.open(to: served.address)
            try await raw.send(
                "POST / HTTP/1.1\r\nContent-Type: \(type)\r\nMicro-Service: s\r\nMicro-Endpoint: A.B\r\n"
                    + "Content-Length: 1\r\n\r\nx")
            let response = try #require(await raw.responses(1).first)
            #expect(response.status == "HTTP/1.1 200 OK")
            let error = MicroError(wireText: try #require(response["Micro-Error"]), origin: "")
            #expect(error.code == .unsupported)
            #expect(error.message == "cannot read <\(type)>")
            raw.close()
        }
    }

    @Test("a request to upgrade gets an HTTP/1.1 response") func upgradeIsIgnored() async throws {
        try await withServer(handler: echo) { served in
            let raw = try await RawConnection.open(to: served.address)
            try await raw.send(
                "POST / HTTP/1.1\r\n\(Self.call)Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                    + "HTTP2-Settings: x\r\nContent-Length: 2\r\n\r\nhi")
            let response = try #require(await raw.responses(1).first)
            #expect(response.status == "HTTP/1.1 200 OK")
            #expect(response.body == "hi")
            #expect(response["Connection"] == "close")
            #expect(await eventually { raw.isClosed })
        }
    }

    @Test("random request bytes never trap") func randomRequestsNeverTrap() async throws {
        var random = SeededRandom(seed: 7)
        let valid = Array("POST / HTTP/1.1\r\n\(Self.call)Timeout: 5\r\nContent-Length: 5\r\n\r\nhello".utf8)
        try await withServer(handler: echo) { served in
            for _ in 0..<300 {
                var bytes = valid
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let index = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                    case 1: bytes.remove(at: index)
                    default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
                    }
                }
                let raw = try await RawConnection.open(to: served.address)
                try? await raw.send(bytes)
                raw.close()
            }
            _ = try await served.call()
        }
    }
}
