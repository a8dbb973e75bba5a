// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Testing

@testable import GoMicroWire

/// Calls and requests in the JSON envelope of go-micro's protocol before v1.0.
@Suite struct LegacyRPCCallTests {
    private func call() throws -> LegacyRPCCall {
        let request = TransportRequest(
            service: "greeter", endpoint: "Greeter.Hello", contentType: "application/json",
            deadline: .now + .seconds(60))
        let node = Node(id: "1", address: "127.0.0.1", port: 1, metadata: ["server": "rpc"])
        return try #require(LegacyRPCCall(request, to: node))
    }

    private func received(_ body: ByteBuffer) throws -> LegacyRPCEnvelope {
        try #require(
            LegacyRPCEnvelope(
                TransportRequest(
                    service: "", endpoint: "", contentType: "application/json", body: body,
                    deadline: .now + .seconds(60))))
    }

    @Test func messageIsUnchangedInItsEnvelope() throws {
        let envelope = try call().wrapped(ByteBuffer(string: #"{"name":"],[\"}"}"#))
        let content = try received(envelope).content(for: "greeter")
        #expect(content.endpoint == "Greeter.Hello")
        #expect(String(buffer: content.body) == #"{"name":"],[\"}"}"#)
        #expect(try received(call().wrapped(ByteBuffer())).content(for: "greeter").body == ByteBuffer(string: "{}"))
    }

    /// A message must not add members to its envelope: readers use the last of two methods.
    @Test(arguments: [#"{}],"method":"Debug.Other","params":[{}"#, "{},{}", "{}]}", "{"])
    func messageCannotChangeTheMethod(_ message: String) throws {
        let call = try call()
        let error = #expect(throws: MicroError.self) { try call.wrapped(ByteBuffer(string: message)) }
        #expect(error?.code == .invalidArgument && error?.isSafeToRetry == true)
    }

    @Test func indentedRequestIsRead() throws {
        let text = """
            {
              "jsonrpc": "2.0",
              "id": 7,
              "params": {"name": "John"},
              "method": "Greeter.Hello"
            }
            """
        let envelope = try received(ByteBuffer(string: text))
        #expect(envelope.endpoint == "Greeter.Hello" && envelope.hasErrorObject)
        let content = try envelope.content(for: "greeter")
        #expect(String(buffer: content.body) == #"{"name": "John"}"#)
    }
}
