// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GoMicroWire
import Logging
import Micro
import MicroHTTP
import MicroMemory
import MicroProtobuf
import NIOCore
import SwiftProtobuf
import TestSupport
import Testing

private struct Hello: Codable, Sendable { var name: String? }
private struct Greeting: Codable, Sendable { var greeting: String }

/// Calls recorded from go-micro v1.0.0, handled by a `Microservice` and made by a `Client`.
@Suite(.timeLimit(.minutes(1))) struct GoMicroCallTests {
    // The recorded request has a string as field 1, the recorded response one as field 2.
    private typealias HelloMessage = Google_Protobuf_StringValue
    private typealias GreetingMessage = Google_Protobuf_Method

    private static let service = "go.micro.srv.greeter"
    private static let error =
        #"{"id":"go.micro.srv.greeter","code":400,"detail":"bad name \"John\"","status":"Bad Request"}"#
    private static let hello: [UInt8] = [0x0A, 4] + Array("John".utf8)
    private static let greeting: [UInt8] = [0x12, 10] + Array("Hello John".utf8)

    private static func greeting(of name: String) -> GreetingMessage {
        var greeting = GreetingMessage()
        greeting.requestTypeURL = "Hello \(name)"
        return greeting
    }

    /// Runs a service with the endpoints of the recorded one; the type of the message selects the codec.
    private func withGreeter<Message: Sendable, Answer: Sendable>(
        _ answer: @escaping @Sendable (Message) -> Answer, body: (RawConnection) async throws -> Void
    ) async throws {
        let registry = MemoryRegistry(backend: MemoryBackend())
        var settings = Microservice.Configuration(name: Self.service)
        settings.deregistrationGracePeriod = .zero
        let logger = Logger(label: "greeter") { _ in SwiftLogNoOpLogHandler() }
        settings.codecs = [ProtobufCodec(), JSONCodec()]
        let service = try Microservice(settings, registry: registry, transport: HTTPTransport(), logger: logger)
        service.handle("Greeter.Hello") { (message: Message, _) in answer(message) }
        service.handle("Greeter.Fail") { (_: Message, _) -> Answer in
            throw MicroError(.invalidArgument, "bad name \"John\"")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            defer { group.cancelAll() }
            #expect(try await eventually { try await !registry.lookUp(Self.service).isEmpty })
            let node = try #require(try await registry.lookUp(Self.service).first?.nodes.first)
            let raw = try await RawConnection.open(to: Address(node))
            try await body(raw)
            raw.close()
        }
    }

    private static func head(
        _ type: String, accept: String, id: Int, endpoint: String, timeout: Int, length: Int
    ) -> [UInt8] {
        Array(
            """
            POST / HTTP/1.1\r\nHost: 127.0.0.1:19090\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: \(length)\r\n\
            Accept: \(accept)\r\nContent-Type: \(type)\r\nMicro-Endpoint: \(endpoint)\r\n\
            Micro-From-Service: greeter-cli\r\nMicro-Id: \(id)\r\nMicro-Method: \(endpoint)\r\n\
            Micro-Service: \(service)\r\nTimeout: \(timeout)\r\nX-From-Id: script\r\nX-Micro-Endpoint: \(endpoint)\r\n\
            X-Micro-Id: \(id)\r\nX-Micro-Method: \(endpoint)\r\nX-Micro-Service: \(service)\r\nX-User-Id: john\r\n\r\n
            """.utf8)
    }

    @Test("two recorded protobuf calls on one connection get their responses (rpc_proto)")
    func protobufCallsAreAnswered() async throws {
        try await withGreeter { (hello: HelloMessage) in
            Self.greeting(of: hello.value)
        } body: { raw in
            for (id, timeout) in [(0, 4_995_825_136), (1, 4_993_565_332)] {
                let head = Self.head(
                    "application/protobuf", accept: "application/protobuf", id: id, endpoint: "Greeter.Hello",
                    timeout: timeout, length: 6)
                #expect((head + Self.hello).count == 483)
                try await raw.send(head + Self.hello)
                let responses = await raw.responses(id + 1)
                try #require(responses.count == id + 1)
                #expect(Array(responses[id].body.utf8) == Self.greeting)
                #expect(responses[id]["Content-Type"] == "application/protobuf")
                #expect(responses[id]["Micro-Id"] == "\(id)")
            }
        }
    }

    @Test("recorded calls in the protocol before 1.0 get their responses (rpc_oldprotocol_direct)")
    func legacyProtocolCallsAreAnswered() async throws {
        let protobuf = [0, 0, 0, 0x18, 0x0A, 0x0D] + Array("Greeter.Hello".utf8) + [0x11, 0, 0, 0, 0, 0, 0, 0, 0]
        try await withGreeter { (hello: HelloMessage) in
            Self.greeting(of: hello.value)
        } body: { raw in
            let body = protobuf + [0, 0, 0, 6] + Self.hello
            let head = Self.head(
                "application/proto-rpc", accept: "application/protobuf", id: 0, endpoint: "Greeter.Hello",
                timeout: 4_999_971_296, length: body.count)
            #expect((head + body).count == 517)
            try await raw.send(head + body)
            let response = try #require(await raw.responses(1).first)
            #expect(response["Content-Type"] == "application/proto-rpc")
            let header: [UInt8] = [0, 0, 0, 0x0D, 0x0A, 0, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0x1A, 0]
            #expect(Array(response.body.utf8) == header + [0, 0, 0, 0x0C] + Self.greeting)
        }
        try await withGreeter { (hello: Hello) in
            Greeting(greeting: "Hello \(hello.name ?? "")")
        } body: { raw in
            let body = Array((#"{"method":"Greeter.Hello","params":[{"name":"John"}],"id":"0"}"# + "\n").utf8)
            let head = Self.head(
                "application/json-rpc", accept: "application/json", id: 0, endpoint: "Greeter.Hello",
                timeout: 4_999_961_468, length: body.count)
            #expect((head + body).count == 537)
            try await raw.send(head + body)
            let response = try #require(await raw.responses(1).first)
            #expect(response.body == #"{"id":"0","result":{"greeting":"Hello John"},"error":null}"# + "\n")
        }
    }

    @Test(
        "recorded requests of curl get their responses (rpc_curl)",
        arguments: [
            (service, "Greeter.Hello", #"{"name":"curl"}"#, #"{"greeting":"Hello curl"}"#),
            ("other", "Greeter.Hello", #"{"name":"x"}"#, #"{"greeting":"Hello x"}"#),
            (service, "Greeter.Hello", "", #"{"greeting":"Hello "}"#),
            (service, "Debug.Health", "{}", #""status":"ok""#),
            (service, "Debug.Stats", "{}", #""started":"#),
        ])
    func curlRequestsAreAnswered(service: String, endpoint: String, body: String, answer: String) async throws {
        try await withGreeter { (hello: Hello) in
            Greeting(greeting: "Hello \(hello.name ?? "")")
        } body: { raw in
            try await raw.send(Self.curl("application/json", service, endpoint, body))
            let response = try #require(await raw.responses(1).first)
            #expect(response.status == "HTTP/1.1 200 OK")
            #expect(response["Content-Type"] == "application/json")
            #expect(response["Micro-Error"] == nil)
            #expect(response.body.contains(answer) && response.body.last == "\n", "\(response.body)")
        }
    }

    @Test(
        "recorded requests of curl that are not valid are refused (rpc_curl)",
        arguments: [
            ("text/foo", "x", "cannot decode \"text/foo\""), ("application/json", "{bad", "malformed JSON"),
            ("", "{}", "needs the media type"),
        ])
    func invalidCurlRequestsAreRejected(type: String, body: String, problem: String) async throws {
        try await withGreeter { (hello: Hello) in
            Greeting(greeting: "Hello \(hello.name ?? "")")
        } body: { raw in
            try await raw.send(Self.curl(type, Self.service, "Greeter.Hello", body))
            let response = try #require(await raw.responses(1).first)
            let error = MicroError(wireText: response["Micro-Error"] ?? "", origin: Self.service)
            #expect(error.code == .invalidArgument)
            #expect(error.message.contains(problem), "\(error.message)")
        }
    }

    private static func curl(_ type: String, _ service: String, _ endpoint: String, _ body: String) -> String {
        curl(type, target: "Micro-Service: \(service)\r\nMicro-Endpoint: \(endpoint)\r\n", body)
    }

    /// - Parameter target: The header fields that name the endpoint.
    private static func curl(_ type: String, target: String, _ body: String) -> String {
        """
        POST / HTTP/1.1\r\nHost: 127.0.0.1:19090\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\nContent-Type: \(type)\r\n\
        \(target)Content-Length: \(body.utf8.count)\r\n\r\n\(body)
        """
    }

    /// In JSON-RPC 1.0 a response has the ID of its request unchanged; go-micro converts it to a string.
    @Test(
        "the endpoint is read from a JSON-RPC body (rpc_curl)",
        arguments: ["application/json", "application/json-rpc"],
        ["1", #""1""#])
    func endpointInJSONBodyIsUsed(type: String, id: String) async throws {
        try await withGreeter { (hello: Hello) in
            Greeting(greeting: "Hello \(hello.name ?? "")")
        } body: { raw in
            let body = #"{"id":\#(id),"method":"Greeter.Hello","params":[{"name":"curl"}]}"#
            try await raw.send(Self.curl(type, target: "", body))
            let response = try #require(await raw.responses(1).first)
            #expect(response.status == "HTTP/1.1 200 OK")
            #expect(response["Content-Type"] == type)
            #expect(response.body == #"{"id":\#(id),"result":{"greeting":"Hello curl"},"error":null}"# + "\n")
        }
    }

    @Test("the endpoint is read from a protobuf envelope") func endpointInProtobufBodyIsUsed() async throws {
        try await withGreeter { (hello: HelloMessage) in
            Self.greeting(of: hello.value)
        } body: { raw in
            let header = [0, 0, 0, 0x18, 0x0A, 0x0D] + Array("Greeter.Hello".utf8) + [0x11, 7, 0, 0, 0, 0, 0, 0, 0]
            let body = header + [0, 0, 0, 6] + Self.hello
            try await raw.send(
                Self.curl("application/proto-rpc", target: "", String(decoding: body, as: UTF8.self)))
            let response = try #require(await raw.responses(1).first)
            let answer: [UInt8] = [0, 0, 0, 0x0D, 0x0A, 0, 0x11, 7, 0, 0, 0, 0, 0, 0, 0, 0x1A, 0]
            #expect(Array(response.body.utf8) == answer + [0, 0, 0, 0x0C] + Self.greeting)
        }
    }

    /// A caller without a header of go-micro gets the status, and go-micro's JSON in the body.
    @Test func plainHTTPClientReceivesErrorStatus() async throws {
        let wrong: [(body: String, code: MicroError.Code, problem: String)] = [
            (#"{"id":1,"method":"Greeter.Fail","params":[{"name":"John"}]}"#, .invalidArgument, "bad name"),
            (#"{"id":1,"method":"Greeter.None","params":[{}]}"#, .notFound, "no endpoint Greeter.None"),
            (#"{"id":1,"params":[{}]}"#, .invalidArgument, "Micro-Endpoint"),
            (#"{"name":"curl"}"#, .invalidArgument, "Micro-Endpoint"), ("{bad", .invalidArgument, "Micro-Endpoint"),
            ("", .invalidArgument, "Micro-Endpoint"),
        ]
        for (body, code, problem) in wrong {
            try await withGreeter { (hello: Hello) in
                Greeting(greeting: "Hello \(hello.name ?? "")")
            } body: { raw in
                try await raw.send(Self.curl("application/json", target: "", body))
                let response = try #require(await raw.responses(1).first)
                #expect(response.status.hasPrefix("HTTP/1.1 \(code.status) "), "\(body): \(response.status)")
                let error = MicroError(wireText: response.body, origin: "")
                #expect(error.code == code && error.message.contains(problem), "\(body): \(response.body)")
            }
        }
    }

    // MARK: - Calls from Swift to Go

    /// Runs a recorded server and a client; collects the requests.
    private func withGoServer(
        _ metadata: [String: String], codecs: [any Codec], answer: (contentType: String, error: String?, body: [UInt8]),
        _ body: (Client, ValueCollector<ScriptedRequest>) async throws -> Void
    ) async throws {
        let seen = ValueCollector<ScriptedRequest>()
        let server = try ScriptedServer { request in
            seen.add(request)
            var headers = [
                ("Accept", "application/protobuf"), ("Content-Type", answer.contentType),
                ("Micro-From-Service", "greeter-cli"), ("Micro-Id", request["Micro-Id"] ?? ""),
                ("User-Agent", "Go-http-client/1.1"), ("X-User-Id", "john"),
            ]
            if let error = answer.error { headers += [("Micro-Error", error), ("X-Micro-Error", error)] }
            return ScriptedResponse(headers: headers, body: answer.body)
        }
        defer { server.stop() }
        let registry = MemoryRegistry(backend: MemoryBackend())
        let metadata = metadata.merging(["transport": "http", "server": "rpc"]) { $1 }
        let node = Node(id: "greeter-1", address: "127.0.0.1", port: server.port, metadata: metadata)
        try await registry.register(ServiceRecord(name: Self.service, nodes: [node]), timeToLive: nil)
        var configuration = Client.Configuration()
        configuration.codecs = codecs
        let client = try Client(configuration: configuration, registry: registry, transport: HTTPTransport())
        try await body(client, seen)
        await client.close()
    }

    @Test("a recorded protobuf response is decoded (rpc_proto)") func protobufResponseIsDecoded() async throws {
        let answer = (contentType: "application/protobuf", error: String?.none, body: Self.greeting)
        try await withGoServer(["protocol": "mucp"], codecs: [ProtobufCodec()], answer: answer) { client, seen in
            let greeting = try await client.call(
                Self.service, "Greeter.Hello", HelloMessage.with { $0.value = "John" }, returning: GreetingMessage.self)
            #expect(greeting.requestTypeURL == "Hello John")
            let request = try #require(seen.values.first)
            #expect(request.body == Self.hello)
            // v0.20 reads only the names with `X-`, v1.18 only those without.
            for name in ["Service", "Endpoint", "Method", "Id"] {
                #expect(request["Micro-\(name)"] != nil && request["Micro-\(name)"] == request["X-Micro-\(name)"])
            }
        }
    }

    /// The protobuf header of a response with an error.
    private static func legacyHeader(_ error: String) -> [UInt8] {
        [0, 0, 0, UInt8(13 + error.utf8.count), 0x0A, 0, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0x1A, UInt8(error.utf8.count)]
            + Array(error.utf8)
    }

    @Test("a node without protocol metadata is called in the protocol before 1.0 (rpc_oldprotocol_direct)")
    func legacyServerIsCalledInItsProtocol() async throws {
        let protobuf = (
            contentType: "application/proto-rpc", error: String?.none,
            body: Self.legacyHeader("") + [0, 0, 0, 0x0C] + Self.greeting
        )
        try await withGoServer([:], codecs: [ProtobufCodec()], answer: protobuf) { client, seen in
            let greeting = try await client.call(
                Self.service, "Greeter.Hello", HelloMessage.with { $0.value = "John" }, returning: GreetingMessage.self)
            #expect(greeting.requestTypeURL == "Hello John")
            let header = [0, 0, 0, 0x18, 0x0A, 0x0D] + Array("Greeter.Hello".utf8) + [0x11, 0, 0, 0, 0, 0, 0, 0, 0]
            #expect(seen.values.first?.body == header + [0, 0, 0, 6] + Self.hello)
            #expect(seen.values.first?["Content-Type"] == "application/proto-rpc")
        }
        let json = (
            contentType: "application/json-rpc", error: String?.none,
            body: Array((#"{"id":"0","result":{"greeting":"Hello John"},"error":null}"# + "\n").utf8)
        )
        try await withGoServer([:], codecs: [JSONCodec()], answer: json) { client, seen in
            let greeting = try await client.call(
                Self.service, "Greeter.Hello", Hello(name: "John"), returning: Greeting.self)
            #expect(greeting.greeting == "Hello John")
            // Every version accepts a number as ID (http_oldprotocol_by_hand).
            let expected = #"{"method":"Greeter.Hello","params":[{"name":"John"}],"id":0}"# + "\n"
            #expect(seen.values.first.map { String(decoding: $0.body, as: UTF8.self) } == expected)
        }
    }

    /// Newer servers send errors in a header as well.
    @Test("errors in the protocol before 1.0 are read from the header or the envelope", arguments: [true, false])
    func legacyErrorsAreDecoded(isInHeader: Bool) async throws {
        let quoted = Self.error.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let answers: [(any Codec, contentType: String, body: [UInt8])] = [
            (ProtobufCodec(), "application/proto-rpc", Self.legacyHeader(Self.error) + [0, 0, 0, 0]),
            (JSONCodec(), "application/json-rpc", Array(#"{"id":"","result":null,"error":"\#(quoted)"}"#.utf8)),
        ]
        for (codec, contentType, body) in answers {
            let answer = (contentType: contentType, error: isInHeader ? Self.error : nil, body: body)
            try await withGoServer([:], codecs: [codec], answer: answer) { client, _ in
                let error = try await microError {
                    if codec is JSONCodec {
                        _ = try await client.call(Self.service, "Greeter.Fail", Hello(), returning: Greeting.self)
                    } else {
                        _ = try await client.call(
                            Self.service, "Greeter.Fail", HelloMessage(), returning: GreetingMessage.self)
                    }
                }
                #expect(error.code == .invalidArgument && error.message == "bad name \"John\"")
                #expect(error.origin == Self.service)
            }
        }
    }

    @Test(
        "a response that is not a valid envelope is an error",
        arguments: [[], [0, 0, 0, 9], [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], [0, 0, 0, 1, 0x77, 0, 0, 0, 0]] as [[UInt8]]
    )
    func malformedLegacyEnvelopeIsAnError(_ body: [UInt8]) async throws {
        for (codec, contentType) in [
            (ProtobufCodec(), "application/proto-rpc"), (JSONCodec(), "application/json-rpc"),
        ] as [(any Codec, String)] {
            let answer = (contentType: contentType, error: String?.none, body: body)
            try await withGoServer([:], codecs: [codec], answer: answer) { client, _ in
                let error = try await microError {
                    if codec is JSONCodec {
                        _ = try await client.call(Self.service, "Greeter.Hello", Hello(), returning: Greeting.self)
                    } else {
                        _ = try await client.call(
                            Self.service, "Greeter.Hello", HelloMessage(), returning: GreetingMessage.self)
                    }
                }
                #expect(error.code == .internal && error.message.contains("envelope"), "\(error)")
            }
        }
    }
}
