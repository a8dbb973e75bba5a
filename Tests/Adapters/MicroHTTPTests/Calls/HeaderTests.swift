// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroHTTP
import NIOCore
import TestSupport
import Testing

@Suite struct HeaderTests {
    @Test("T13 custom headers are transferred in both directions") func customHeadersAreTransferred() async throws {
        let headers: Headers = [
            "Micro-From-Service": "greeter-cli", "X-User-Id": "john", "x-lower": "a\tb  c", "Empty": "",
            "Snow": "☃ und Öl", "Twice": "1", "Between": "-", "twice": "2",
        ]
        let seen = ValueCollector<Headers>()
        try await withServer { request in
            seen.add(request.headers)
            return TransportResponse(contentType: "text/plain", headers: request.headers)
        } body: { served in
            let response = try await served.call(.test(headers: headers))
            #expect(seen.values == [headers])
            #expect(response.headers == headers)
            #expect(response.headers.values("Twice") == ["1", "2"])
        }
    }

    @Test(
        "T15 a header that is not valid is refused without sending anything",
        arguments: [
            ("X-A", "a\r\nInjected: 1"), ("X-A", "a\nb"), ("X-A", "a\rb"), ("X-A", "a\0b"), ("X-A", "\u{1}"),
            ("X-A", " a"), ("X-A", "a\t"), ("X A", "a"), ("X:A", "a"), ("", "a"), ("X-Ä", "a"), ("X-A\r\n", "a"),
        ])
    func invalidHeadersAreRejected(name: String, value: String) async throws {
        let server = try ScriptedEchoServer()
        defer { server.stop() }
        try await withClient { client in
            let error = try await microError {
                _ = try await client.call(.test(headers: [name: value]), to: server.address)
            }
            #expect(error.code == .invalidArgument)
            #expect(error.isSafeToRetry)
            #expect(!error.message.contains("\r"))
        }
        #expect(server.acceptedConnections == 0)
    }

    @Test(
        "T17 a header of the transport is refused when sending",
        arguments: [
            "Host", "Content-Type", "content-length", "Content-Encoding", "Accept", "Accept-Encoding", "Connection",
            "Keep-Alive", "Transfer-Encoding", "Expect", "User-Agent", "Upgrade", "TE", "Trailer", "Timeout",
            "Micro-Id", "Micro-Service", "Micro-Method", "Micro-Endpoint", "Micro-Error", "Micro-Stream", "Micro-Kind",
            "x-micro-id",
            "X-Micro-Service", "X-Micro-Method", "X-Micro-Endpoint", "X-Micro-Error", "X-Micro-Stream",
        ])
    func transportHeadersAreRejectedOnSending(name: String) async throws {
        try await withClient { client in
            let error = try await microError {
                _ = try await client.call(.test(headers: [name: "1"]), to: .local(9))
            }
            #expect(error.code == .invalidArgument)
            #expect(error.message.contains(name))
        }
    }

    @Test("T17 headers of the transport reach neither the handler nor the caller") func transportHeadersDoNotLeak()
        async throws
    {
        let seen = ValueCollector<Headers>()
        try await withServer { request in
            seen.add(request.headers)
            return TransportResponse(contentType: "text/plain")
        } body: { served in
            let raw = try await RawConnection.open(to: served.address)
            try await raw.send(
                """
                POST / HTTP/1.1\r\nHost: a\r\nUser-Agent: u\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n\
                Connection: keep-alive\r\nTE: trailers\r\nContent-Type: text/plain\r\nContent-Language: de\r\n\
                Content-Length: 0\r\nTimeout: 5000000000\r\nMicro-Id: 7\r\nMicro-Service: greeter\r\n\
                Micro-Method: A.B\r\nMicro-Endpoint: A.B\r\nMicro-Stream: x\r\nX-Micro-Id: 7\r\nX-Mine: 1\r\n\r\n
                """)
            let responses = await raw.responses(1)
            #expect(seen.values == [["X-Mine": "1"]])
            #expect(responses.first?.names == ["Micro-Id", "X-Micro-Id", "Content-Type", "Content-Length"])
            raw.close()
        }
    }

    @Test("a header of the transport in a handler's response is an error and keeps the connection")
    func transportHeaderInResponseIsAnError() async throws {
        let seen = ValueCollector<Int>()
        try await withServer { request in
            seen.add(1)
            return TransportResponse(contentType: "text/plain", headers: seen.values.count == 1 ? ["Host": "x"] : [:])
        } body: { served in
            let error = try await microError { _ = try await served.call() }
            #expect(error.code == .internal)
            #expect(error.origin == MicroError.Origin.server)
            _ = try await served.call()
        }
    }

    @Test("headers beyond the limits are refused when sending and when receiving") func headerLimitsAreEnforced()
        async throws
    {
        var limits = HTTPConfiguration()
        limits.maxHeaderSize = 8 * 1024
        try await withServer(limits, client: HTTPConfiguration(), handler: echo) { served in
            var many: Headers = [:]
            for number in 0..<300 { many.add("H\(number)", "v") }
            let large: Headers = ["Large": String(repeating: "x", count: 300 * 1024)]
            for headers in [many, large] {
                let error = try await microError { _ = try await served.call(.test(headers: headers)) }
                #expect(error.code == .invalidArgument)
                #expect(error.origin == MicroError.Origin.client)
            }
            let beyondServer: Headers = ["Large": String(repeating: "x", count: 20 * 1024)]
            let error = try await microError { _ = try await served.call(.test(headers: beyondServer)) }
            #expect(error.code == .invalidArgument)
            #expect(error.origin == MicroError.Origin.server)
            _ = try await served.call()
        }
    }

    @Test("a request has go-micro's headers") func requestMatchesGoMicro() async throws {
        let seen = ValueCollector<ScriptedRequest>()
        let server = try ScriptedServer(responding: { request in
            seen.add(request)
            return ScriptedResponse()
        })
        defer { server.stop() }
        try await withClient { client in
            let headers: Headers = ["Micro-From-Service": "cli"]
            _ = try await client.call(.test(headers: headers, timeout: .seconds(5)), to: .local(server.port))
        }
        let request = try #require(seen.values.first)
        #expect(request.method == "POST")
        #expect(request.target == "/")
        let expected = [
            "Host": "127.0.0.1:\(server.port)", "Content-Type": "application/json", "Accept": "application/json",
            "Content-Length": "2", "Micro-Id": "0", "X-Micro-Id": "0", "Micro-Service": "greeter",
            "X-Micro-Service": "greeter", "Micro-Method": "Greeter.Hello", "X-Micro-Method": "Greeter.Hello",
            "Micro-Endpoint": "Greeter.Hello", "X-Micro-Endpoint": "Greeter.Hello", "Micro-From-Service": "cli",
            "Micro-Kind": "call Greeter.Hello",
        ]
        for (name, value) in expected { #expect(request[name] == value, "\(name)") }
        let timeout = try #require(request["Timeout"].flatMap { Int64($0) })
        #expect((1_000_000_000...5_000_000_000).contains(timeout))
        #expect(request.headers.count == expected.count + 1)
        #expect(request.body == Array("{}".utf8))
    }
}
