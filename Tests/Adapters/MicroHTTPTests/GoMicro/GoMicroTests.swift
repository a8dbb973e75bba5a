// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroHTTP
import NIOCore
import TestSupport
import Testing

/// Calls recorded from go-micro v1.0.0, byte for byte.
@Suite struct GoMicroTests {
    private static func request(
        id: Int, endpoint: String, type: String, timeout: Int, body: String, service: String = "go.micro.srv.greeter"
    ) -> String {
        """
        POST / HTTP/1.1\r\nHost: 127.0.0.1:19090\r\nUser-Agent: Go-http-client/1.1\r\n\
        Content-Length: \(body.utf8.count)\r\nAccept: \(type)\r\nContent-Type: \(type)\r\n\
        Micro-Endpoint: \(endpoint)\r\nMicro-From-Service: greeter-cli\r\nMicro-Id: \(id)\r\n\
        Micro-Method: \(endpoint)\r\nMicro-Service: \(service)\r\nTimeout: \(timeout)\r\nX-From-Id: script\r\n\
        X-Micro-Endpoint: \(endpoint)\r\nX-Micro-Id: \(id)\r\nX-Micro-Method: \(endpoint)\r\n\
        X-Micro-Service: \(service)\r\nX-User-Id: john\r\n\r\n\(body)
        """
    }

    /// A response as go-micro writes it: it repeats every header of the request.
    private static func response(
        before: String, error: String? = nil, endpoint: String, type: String, id: Int = 0, after: String, body: String
    ) -> String {
        let plain = error.map { "Micro-Error: \($0)\r\n" } ?? ""
        let extra = error.map { "X-Micro-Error: \($0)\r\n" } ?? ""
        return """
            HTTP/1.1 200 OK\r\n\(before)Accept: \(type)\r\nContent-Type: \(type)\r\n\
            Micro-Endpoint: \(endpoint)\r\n\(plain)\
            Micro-From-Service: greeter-cli\r\nMicro-Id: \(id)\r\nMicro-Method: \(endpoint)\r\n\
            Micro-Service: go.micro.srv.greeter\r\nTimeout: 4986270468\r\nUser-Agent: Go-http-client/1.1\r\n\
            X-From-Id: script\r\nX-Micro-Endpoint: \(endpoint)\r\n\(extra)X-Micro-Id: \(id)\r\n\
            X-Micro-Method: \(endpoint)\r\nX-Micro-Service: go.micro.srv.greeter\r\nX-User-Id: john\r\n\(after)\r\n\(body)
            """
    }

    private static let nameError =
        #"{"id":"go.micro.srv.greeter","code":400,"detail":"bad name \"John\"","status":"Bad Request"}"#

    @Test("two recorded JSON calls on one connection get their responses (rpc_json)") func jsonCallsAreAnswered()
        async throws
    {
        let seen = ValueCollector<TransportRequest>()
        try await withServer { request in
            seen.add(request)
            return TransportResponse(
                contentType: request.contentType, body: ByteBuffer(string: "{\"greeting\":\"Hello John\"}\n"))
        } body: { served in
            let raw = try await RawConnection.open(to: served.address)
            let requests = [(0, 4_986_270_468), (1, 4_982_985_688)].map { id, timeout in
                Self.request(
                    id: id, endpoint: "Greeter.Hello", type: "application/json", timeout: timeout,
                    body: "{\"name\":\"John\"}\n")
            }
            #expect(requests.map(\.utf8.count) == [486, 486])
            for (index, request) in requests.enumerated() {
                try await raw.send(request)
                let responses = await raw.responses(index + 1)
                try #require(responses.count == index + 1)
                let response = responses[index]
                #expect(response.status == "HTTP/1.1 200 OK")
                #expect(response.names == ["Content-Type", "Content-Length", "Micro-Id", "X-Micro-Id"])
                #expect(response.fields.count == 4)
                #expect(response["Content-Type"] == "application/json")
                #expect(response["Content-Length"] == "26")
                #expect(response["Micro-Id"] == "\(index)")
                #expect(response["X-Micro-Id"] == "\(index)")
                #expect(response.body == "{\"greeting\":\"Hello John\"}\n")
            }
            #expect(!raw.isClosed)
            raw.close()
        }
        #expect(seen.values.count == 2)
        let first = try #require(seen.values.first)
        #expect(first.service == "go.micro.srv.greeter")
        #expect(first.endpoint == "Greeter.Hello")
        #expect(first.headers == ["Micro-From-Service": "greeter-cli", "X-From-Id": "script", "X-User-Id": "john"])
        #expect(String(buffer: first.body) == "{\"name\":\"John\"}\n")
        #expect(first.deadline < .now + .seconds(5))
    }

    @Test(
        "recorded calls that fail get error responses (rpc_error)",
        arguments: ["application/protobuf", "application/json"])
    func failingCallsAreAnswered(type: String) async throws {
        try await withServer { _ in
            throw MicroError(.invalidArgument, "bad name \"John\"")
        } body: { served in
            let raw = try await RawConnection.open(to: served.address)
            for count in 1...2 {
                try await raw.send(
                    Self.request(
                        id: count - 1, endpoint: "Greeter.Fail", type: type, timeout: 4_995_359_951, body: "\n\u{4}John"
                    ))
                let responses = await raw.responses(count)
                try #require(responses.count == count)
                let response = responses[count - 1]
                #expect(response.status == "HTTP/1.1 200 OK")
                #expect(
                    response.names == [
                        "Content-Type", "Content-Length", "Micro-Id", "X-Micro-Id", "Micro-Error", "X-Micro-Error",
                    ])
                #expect(response["Micro-Error"] == Self.nameError)
                #expect(response["X-Micro-Error"] == Self.nameError)
                #expect(response["Content-Type"] == type)
                #expect(response["Content-Length"] == "0")
                #expect(response["Micro-Id"] == "\(count - 1)")
                #expect(response.body == "")
            }
            // go-micro closes the connection after an error; this server keeps it.
            #expect(!raw.isClosed)
            raw.close()
        }
    }

    @Test(
        "a request needs only the headers of one version: v0.20 sends X-Micro-*, v1.18 Micro-*",
        arguments: [
            "X-Micro-Service: s\r\nX-Micro-Method: A.B\r\nX-Micro-Id: 3\r\n",
            "Micro-Service: s\r\nMicro-Method: A.B\r\nMicro-Endpoint: A.B\r\nMicro-Id: 3\r\n",
            "Micro-Service: s\r\nMicro-Method: old\r\nMicro-Endpoint: A.B\r\n",
            "micro-service: s\r\nMICRO-ENDPOINT: A.B\r\n",
        ])
    func headersOfOtherVersionsAreAccepted(fields: String) async throws {
        let seen = ValueCollector<TransportRequest>()
        try await withServer { request in
            seen.add(request)
            return TransportResponse(contentType: request.contentType)
        } body: { served in
            let raw = try await RawConnection.open(to: served.address)
            try await raw.send(
                "POST / HTTP/1.1\r\nContent-Type: application/json\r\n\(fields)Content-Length: 0\r\n\r\n")
            let response = try #require(await raw.responses(1).first)
            let hasID = fields.contains("-Id")
            #expect(response["Micro-Id"] == (hasID ? "3" : nil))
            #expect(response["X-Micro-Id"] == (hasID ? "3" : nil))
            #expect(seen.values.first?.service == "s")
            #expect(seen.values.first?.endpoint == "A.B")
            raw.close()
        }
    }

    /// A peer that responds to every request with the same bytes.
    private func withPeer(_ bytes: String, body: (HTTPTransport, Address) async throws -> Void) async throws {
        let server = try ScriptedServer { connection in
            guard try connection.readRequest() != nil else { return }
            try connection.write(bytes)
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        try await withClient { client in try await body(client, .local(server.port)) }
    }

    @Test("a recorded response is decoded") func responseIsDecoded() async throws {
        let bytes = Self.response(
            before: "Content-Length: 26\r\n", endpoint: "Greeter.Hello", type: "application/json", after: "",
            body: "{\"greeting\":\"Hello John\"}\n")
        #expect(bytes.utf8.count == 473)
        try await withPeer(bytes) { client, address in
            let response = try await client.call(.test(), to: address)
            #expect(String(buffer: response.body) == "{\"greeting\":\"Hello John\"}\n")
            #expect(response.contentType == "application/json")
            // Only the user's headers remain of the repeated request headers.
            #expect(
                response.headers == ["Micro-From-Service": "greeter-cli", "X-From-Id": "script", "X-User-Id": "john"])
        }
    }

    @Test(
        "recorded errors are decoded",
        arguments: [
            (nameError, MicroError.Code.invalidArgument, "bad name \"John\"", "go.micro.srv.greeter", 658),
            ("plain go error", .internal, "plain go error", "greeter", 502),
            ("rpc: can't find method Nope", .notFound, "rpc: can't find method Nope", MicroError.Origin.server, 528),
            ("rpc: can't find service Nope", .notFound, "rpc: can't find service Nope", MicroError.Origin.server, 530),
        ])
    func errorsAreDecoded(error: String, code: MicroError.Code, message: String, origin: String, size: Int) async throws
    {
        let bytes = Self.response(
            before: "", error: error, endpoint: "Greeter.Fail", type: "application/json",
            after: "Content-Length: 0\r\n", body: "")
        #expect(bytes.utf8.count == size)
        try await withPeer(bytes) { client, address in
            let error = try await microError { _ = try await client.call(.test(), to: address) }
            #expect(error.code == code)
            #expect(error.message == message)
            #expect(error.origin == origin)
            #expect(!error.isSafeToRetry)
        }
    }
}
