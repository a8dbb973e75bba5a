// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import Testing

@testable import Micro

/// Protobuf with one string: field 1 of a request, field 2 of a response, as in the recorded calls.
private struct ProtobufStubCodec: Codec {
    var contentTypes: [String] { ["application/protobuf"] }

    func encoder<Value>(for type: Value.Type) -> (@Sendable (Value, inout ByteBuffer) throws -> Void)? {
        let encode: @Sendable (Greeting, inout ByteBuffer) throws -> Void = { value, buffer in
            buffer.writeBytes([0x12, UInt8(value.greeting.utf8.count)])
            buffer.writeString(value.greeting)
        }
        return encode as? @Sendable (Value, inout ByteBuffer) throws -> Void
    }

    func decoder<Value>(for type: Value.Type) -> (@Sendable (ByteBuffer) throws -> Value)? {
        let decode: @Sendable (ByteBuffer) throws -> Hello = {
            Hello(name: String(buffer: $0).dropFirst(2).description)
        }
        return decode as? @Sendable (ByteBuffer) throws -> Value
    }
}

/// Requests and responses recorded from go-micro, which calls explicit addresses in the protocol before v1.0.
@Suite(.timeLimit(.minutes(1))) struct LegacyRPCEnvelopeTests {
    private static let error = #"{"id":"greeter","code":400,"detail":"bad name \"John\"","status":"Bad Request"}"#

    private let server: Server

    init() throws {
        server = Server(try .test(name: "greeter", codecs: [ProtobufStubCodec(), JSONCodec()]))
        server.handle("Greeter.Hello") { (hello: Hello, _) in Greeting(greeting: "Hello \(hello.name)") }
        server.handle("Greeter.Fail") { (hello: Hello, _) -> Greeting in
            throw MicroError(.invalidArgument, "bad name \"\(hello.name)\"")
        }
    }

    private func response(_ endpoint: String, _ contentType: String, _ body: [UInt8]) async throws -> [UInt8] {
        let response = try await server.respond(
            to: TransportRequest(
                service: "greeter", endpoint: endpoint, contentType: contentType, body: ByteBuffer(bytes: body),
                deadline: .now + .seconds(10)))
        #expect(response.contentType == contentType)
        return Array(response.body.readableBytesView)
    }

    @Test func protoRPCResponseMatchesRecordedBytes() async throws {
        let request = [0, 0, 0, 0x18, 0x0A, 0x0D] + Array("Greeter.Hello".utf8) + [0x11, 0, 0, 0, 0, 0, 0, 0, 0]
        let message: [UInt8] = [0, 0, 0, 6, 0x0A, 4] + Array("John".utf8)
        let response = try await response("Greeter.Hello", "application/proto-rpc", request + message)
        let head: [UInt8] = [0, 0, 0, 0x0D, 0x0A, 0, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0x1A, 0]
        #expect(response == head + [0, 0, 0, 0x0C, 0x12, 0x0A] + Array("Hello John".utf8))
        // The response has the sequence number of the request.
        let numbered = [0, 0, 0, 9, 0x11, 7, 6, 5, 4, 3, 2, 1, 0] + message
        let second = try await self.response("Greeter.Hello", "application/proto-rpc", numbered)
        #expect(Array(second[7..<15]) == [7, 6, 5, 4, 3, 2, 1, 0])
    }

    @Test func protoRPCErrorIsInEnvelope() async throws {
        let request = [0, 0, 0, 0x17, 0x0A, 0x0C] + Array("Greeter.Fail".utf8) + [0x11, 0, 0, 0, 0, 0, 0, 0, 0]
        let response = try await response(
            "Greeter.Fail", "application/proto-rpc", request + [0, 0, 0, 6, 0x0A, 4] + Array("John".utf8))
        let text = Array(Self.error.utf8)
        let head: [UInt8] = [0, 0, 0, UInt8(13 + text.count), 0x0A, 0, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0x1A]
        #expect(response == head + [UInt8(text.count)] + text + [0, 0, 0, 0])
    }

    @Test func jsonRPCResponseMatchesRecordedBytes() async throws {
        let request = #"{"method":"Greeter.Hello","params":[{"name":"John"}],"id":"0"}"# + "\n"
        let response = try await response("Greeter.Hello", "application/json-rpc", Array(request.utf8))
        #expect(
            String(decoding: response, as: UTF8.self)
                == #"{"id":"0","result":{"greeting":"Hello John"},"error":null}"# + "\n")
    }

    @Test func jsonRPCErrorIsInEnvelope() async throws {
        let request = #"{"method":"Greeter.Fail","params":[{"name":"John"}],"id":"0"}"# + "\n"
        let response = try await response("Greeter.Fail", "application/json-rpc", Array(request.utf8))
        struct Envelope: Decodable {
            var id: String
            var error: String
        }
        let envelope = try JSONDecoder().decode(Envelope.self, from: Data(response))
        #expect(envelope.id == "0" && envelope.error == Self.error)
    }

    @Test(
        "a malformed envelope is an invalid argument",
        arguments: [
            ("application/proto-rpc", [UInt8]()), ("application/proto-rpc", [0, 0, 0, 9]),
            ("application/proto-rpc", [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]),
            ("application/proto-rpc", [0, 0, 0, 0, 0, 0, 0, 0, 1]), ("application/json-rpc", []),
            ("application/json-rpc", Array("[]".utf8)), ("application/json-rpc", Array(#"{"params":[{}]"#.utf8)),
        ])
    func malformedEnvelopeIsInvalidArgument(_ contentType: String, _ body: [UInt8]) async throws {
        let response = String(decoding: try await response("Greeter.Hello", contentType, body), as: UTF8.self)
        let problem = contentType == "application/proto-rpc" ? "not an envelope of" : "not a JSON object"
        #expect(response.contains(problem) && response.contains("Bad Request"), "\(response)")
    }

    private func jsonRPCResponse(_ body: String) async throws -> String {
        String(decoding: try await response("Greeter.Hello", "application/json-rpc", Array(body.utf8)), as: UTF8.self)
    }

    @Test func jsonRPCParametersMayBeAnObject() async throws {
        let response = try await jsonRPCResponse(#"{"id":7,"params": {"name":"John"} ,"method":"Greeter.Hello"}"#)
        #expect(response == #"{"id":7,"result":{"greeting":"Hello John"},"error":null}"# + "\n")
    }

    @Test(arguments: [
        (#"{"id":1}"#, "params is missing"), (#"{"id":1,"params":[]}"#, "params has 0 elements"),
        (#"{"id":1,"params":[{},{}]}"#, "params has 2 elements"),
        (#"{"id":1,"params":"x"}"#, "params is neither an object nor an array"),
        (#"{"id":1,"params":[{"name":7}]}"#, "name is not a String"),
    ])
    func invalidJSONRPCParametersAreExplained(_ body: String, _ problem: String) async throws {
        let response = try await jsonRPCResponse(body)
        #expect(response.contains(problem) && response.hasPrefix(#"{"id":1,"#), "\(response)")
    }

    /// In an envelope the codec sees the same bytes as without one.
    @Test(arguments: [
        #"{"name":"first","name":"last"}"#, #"{"name":"a\"},[{\\"}"#, #"{ "name" : "\u0041" }"#,
    ])
    func messageIsDecodedTheSameWithAndWithoutEnvelope(_ message: String) async throws {
        let plain = String(
            decoding: try await response("Greeter.Hello", "application/json", Array(message.utf8)), as: UTF8.self)
        let result = plain.trimmingCharacters(in: .newlines)
        for parameters in ["[\(message)]", message] {
            let response = try await jsonRPCResponse(#"{"method":"Greeter.Hello","params":\#(parameters),"id":"0"}"#)
            #expect(response == #"{"id":"0","result":\#(result),"error":null}"# + "\n")
        }
    }
}
