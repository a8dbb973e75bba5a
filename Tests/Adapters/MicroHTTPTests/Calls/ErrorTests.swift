// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroHTTP
import NIOCore
import TestServers
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ErrorTests {
    private static let all: [MicroError.Code] = [
        .invalidArgument, .unauthenticated, .permissionDenied, .notFound, .deadlineExceeded, .conflict,
        .failedPrecondition, .payloadTooLarge, .unprocessable, .resourceExhausted, .internal, .unsupported,
        .unavailable,
    ]

    @Test("T18 every error code is preserved", arguments: all) func errorCodesArePreserved(code: MicroError.Code)
        async throws
    {
        try await withServer { _ in
            throw MicroError(code, "no", cause: MicroError(.internal, "hidden"))
        } body: { served in
            let error = try await microError { _ = try await served.call() }
            #expect(error.code == code && error.code.status == code.status)
            #expect(error.message == "no")
            #expect(error.origin == "greeter")
            #expect(!error.isSafeToRetry, "the handler has run")
        }
    }

    @Test(
        "T16 error messages are preserved",
        arguments: [
            "\t\nspecial☺😈\t\n", "", "\"\\/\u{7F}\u{0}\r\n", String(repeating: "x", count: 8192),
            String(repeating: "😈", count: 2048), String(repeating: "\u{1}", count: 8192),
        ])
    func errorMessagesArePreserved(text: String) async throws {
        try await withServer { _ in
            throw MicroError(.notFound, text, origin: "näme")
        } body: { served in
            let error = try await microError { _ = try await served.call() }
            #expect(error.message == text)
            #expect(error.origin == "näme")
        }
    }

    @Test("other errors of a handler are internal, their text is not sent, and the connection stays open")
    func otherErrorsAreInternal() async throws {
        struct Leak: Error, CustomStringConvertible { let description = "password=secret" }
        try await withServer { request in
            if request.endpoint == "A.Fail" { throw Leak() }
            return TransportResponse(contentType: request.contentType)
        } body: { served in
            let raw = try await RawConnection.open(to: served.address)
            for endpoint in ["A.Fail", "A.Fine", "A.Fail", "A.Fine"] {
                try await raw.send(
                    "POST / HTTP/1.1\r\nContent-Type: text/x\r\nMicro-Service: greeter\r\n"
                        + "Micro-Endpoint: \(endpoint)\r\n"
                        + "Content-Length: 0\r\n\r\n")
            }
            let responses = await raw.responses(4)
            #expect(responses.map(\.status) == Array(repeating: "HTTP/1.1 200 OK", count: 4))
            #expect(responses.map { $0["Micro-Error"] != nil } == [true, false, true, false])
            #expect(responses.first?["Micro-Error"] == responses.first?["X-Micro-Error"])
            #expect(responses.first?["Content-Type"] == "text/x")
            #expect(responses.first?.body == "")
            #expect(!raw.text.contains("secret"))
            #expect(!raw.isClosed)
            raw.close()
            let error = try await microError { _ = try await served.call(.test(endpoint: "A.Fail")) }
            #expect(error.code == .internal)
            #expect(error.origin == "greeter")
        }
    }

    @Test("a refused connection is unavailable, safe to retry, and the message names the address")
    func refusedConnectionIsSafeToRetry() async throws {
        let address = Address.local(try Machine.freePorts(1)[0])
        try await withClient { client in
            let error = try await microError { _ = try await client.call(.test(), to: address) }
            #expect(error.code == .unavailable)
            #expect(error.isSafeToRetry)
            #expect(error.message == "cannot connect to \(address) (connection refused)")
        }
    }

    @Test("a host name that cannot be resolved is unavailable") func unresolvableHostIsUnavailable() async throws {
        try await withClient { client in
            let address = Address(host: "no-such-host.invalid", port: 80)
            let error = try await microError { _ = try await client.call(.test(), to: address) }
            #expect(error.code == .unavailable)
            #expect(error.isSafeToRetry)
            #expect(error.message == "cannot connect to no-such-host.invalid:80 (the name cannot be resolved)")
        }
    }

    @Test("an address without a valid port is refused", arguments: [nil, 0, -1, 65536, Int.max])
    func addressWithoutUsablePortIsRejected(port: Int?)
        async throws
    {
        try await withClient { client in
            let error = try await microError {
                _ = try await client.call(.test(), to: Address(host: "127.0.0.1", port: port))
            }
            #expect(error.code == .invalidArgument)
        }
    }

    @Test("a host that cannot be sent in a header is refused") func invalidHostIsRejected() async throws {
        try await withClient { client in
            let error = try await microError {
                _ = try await client.call(.test(), to: Address(host: "a\r\nX: 1", port: 80))
            }
            #expect(error.code == .invalidArgument)
        }
    }

    @Test(
        "a service, endpoint or content type that cannot be sent in a header is refused",
        arguments: ["", "a\r\nb", " a"])
    func invalidNamesAreRejected(name: String) async throws {
        try await withClient { client in
            var service = TransportRequest.test()
            service.service = name
            for request in [service, .test(endpoint: name), .test(contentType: name)] {
                let error = try await microError { _ = try await client.call(request, to: .local(9)) }
                #expect(error.code == .invalidArgument)
            }
        }
    }
}
