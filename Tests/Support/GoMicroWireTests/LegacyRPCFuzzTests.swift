// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import TestSupport
import Testing

@testable import GoMicroWire

/// Malformed bytes for the decoders of go-micro's protocol before v1.0, in both directions: no input traps, and
/// every request that can be decoded gets a response.
@Suite(.faultRun, .blocking, .timeLimit(.minutes(3))) struct LegacyRPCFuzzTests {
    private static let inputs = 10_000

    private static let protobuf =
        [0, 0, 0, 0x1D, 0x0A, 0x0D] + Array("Greeter.Count".utf8) + [0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x1A, 3]
        + Array("EOS".utf8) + [0, 0, 0, 2, 8, 1] as [UInt8]

    private static let json = [
        #"{"method":"Greeter.Hello","params":[{"name":"John","list":[1,{"a":"\"]}"}]}],"id":0}"#,
        #"{"id":"7","result":{"greeting":"Hello \u00e9"},"error":null}"#,
        #"{"id":0,"result":{},"error":"{\"id\":\"a\",\"code\":404,\"detail\":\"x\"}"}"#,
    ].map { Array($0.utf8) }

    @Test(arguments: [
        "application/json", "application/json-rpc", "application/octet-stream", "application/proto-rpc",
        "application/protobuf",
    ])
    func malformedRequestIsAnswered(_ contentType: String) async throws {
        try await fuzz(seed: 1) { bytes in
            let request = TransportRequest(
                service: "", endpoint: "", contentType: contentType, body: ByteBuffer(bytes: bytes),
                deadline: .now + .seconds(60))
            let envelope = try #require(LegacyRPCEnvelope(request))
            let content = Result { try envelope.content(for: "greeter") }
            if case .success(let content) = content {
                #expect(!content.endpoint.isEmpty && content.body.readableBytes <= bytes.count)
            } else {
                #expect(throws: MicroError.self) { try content.get() }
            }
            let next = Result { try envelope.read(ByteBuffer(bytes: bytes)) }
            if case .failure(let error) = next { #expect((error as? MicroError)?.code == .invalidArgument) }
            // The swift-micro client reads every response to it.
            let call = try call("application/\(contentType.contains("json") ? "json" : "protobuf")")
            let response = try await LegacyRPC.respond(to: request, service: "greeter") { request in
                TransportResponse(contentType: request.contentType, body: ByteBuffer(string: "{}"))
            }
            #expect(response.contentType == contentType)
            do { #expect(try call.unwrapped(response).body == ByteBuffer(string: "{}")) } catch let error as MicroError
            {
                #expect(error.code == .invalidArgument, "\(error)")
            }
        }
    }

    @Test(arguments: ["application/json", "application/protobuf"])
    func malformedResponseIsInternal(_ contentType: String) async throws {
        let call = try call(contentType)
        var rejected = 0
        try await fuzz(seed: 2) { bytes in
            let body = ByteBuffer(bytes: bytes)
            do {
                let message = try call.unwrapped(TransportResponse(contentType: contentType, body: body))
                #expect(message.body.readableBytes <= bytes.count)
            } catch let error as MicroError {
                // An error of the client itself, not one from the envelope.
                if error.origin == MicroError.Origin.client {
                    #expect(error.code == .internal, "\(error)")
                    rejected += 1
                }
            }
            _ = try? call.unwrappedMessage(body)
        }
        #expect(rejected > 100)
    }

    private func call(_ contentType: String) throws -> LegacyRPCCall {
        let request = TransportRequest(
            service: "greeter", endpoint: "Greeter.Hello", contentType: contentType, deadline: .now + .seconds(60))
        let node = Node(id: "1", address: "127.0.0.1", port: 1, metadata: ["server": "rpc"])
        return try #require(LegacyRPCCall(request, to: node))
    }

    private func fuzz(seed: UInt64, _ body: ([UInt8]) async throws -> Void) async throws {
        var fuzzer = Fuzzer(seed: seed)
        let seeds = Self.json + [Self.protobuf]
        for _ in 0..<Self.inputs {
            let bytes =
                fuzzer.number(below: 8) == 0
                ? (0..<fuzzer.number(below: 64)).map { _ in UInt8(truncatingIfNeeded: fuzzer.next()) }
                : fuzzer.mutated(seeds[fuzzer.number(below: seeds.count)])
            try await body(bytes)
        }
    }
}
