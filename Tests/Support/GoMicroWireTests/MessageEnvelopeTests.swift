// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import NIOCore
import Testing

@testable import MicroCore

/// go-micro's envelope, as its NATS broker was recorded.
@Suite struct MessageEnvelopeTests {
    private static let recorded =
        #"{"Header":{"Content-Type":"application/json","Micro-From-Service":"greeter-cli","#
        + #""Micro-Id":"7b88e397-b106-4535-8616-e3145947cd93","Micro-Topic":"events.hello","X-From-Id":"script","#
        + #""X-User-Id":"john"},"Body":"eyJuYW1lIjoiSnNvbiJ9Cg=="}"#

    @Test func whatGoMicroHasSentIsRead() throws {
        let envelope = try #require(MessageEnvelope(parsing: ByteBuffer(string: Self.recorded)))
        let headers: Headers = [
            "Content-Type": "application/json", "Micro-From-Service": "greeter-cli",
            "Micro-Id": "7b88e397-b106-4535-8616-e3145947cd93", "Micro-Topic": "events.hello", "X-From-Id": "script",
            "X-User-Id": "john",
        ]
        #expect(envelope.message == Message(headers: headers, text: "{\"name\":\"Json\"}\n"))
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        let message = Message(headers: ["a": "ü \"x\"", "b": ""], body: ByteBuffer(bytes: [UInt8](0...255)))
        let bytes = try MessageEnvelope(message).encoded()
        #expect(MessageEnvelope(parsing: bytes)?.message == message)
        let written = try MessageEnvelope(Message(headers: ["b": "2", "a": "/1"], text: "hi")).encoded()
        #expect(String(buffer: written) == #"{"Header":{"a":"/1","b":"2"},"Body":"aGk="}"#)
    }

    @Test(arguments: [
        #"{"Header":null,"Body":"aGk="}"#, #"{"Header":{},"Body":"aGk="}"#,
    ])
    func whatGoLeavesOutMayBeMissing(_ text: String) throws {
        #expect(MessageEnvelope(parsing: ByteBuffer(string: text))?.message == Message(text: "hi"))
        #expect(
            MessageEnvelope(parsing: ByteBuffer(string: #"{"Header":{"a":"b"}}"#))?.message
                == Message(headers: ["a": "b"]))
    }

    @Test(arguments: [
        "", "x", "{", "{}", "[]", "null", #"{"name":"John"}"#, #"{"Body":"aGk="}"#,
        #"{"Header":{},"Body":"aGk=","Other":1}"#,
        #"{"Header":{"a":1}}"#, #"{"Header":[]}"#, #"{"Header":{},"Body":"not base64!"}"#, #"{"Header":{},"Body":1}"#,
    ])
    func whatIsSomethingElseIsNone(_ text: String) {
        #expect(MessageEnvelope(parsing: ByteBuffer(string: text)) == nil)
    }

    @Test func severalHeadersOfOneNameAreRefused() {
        #expect(throws: MicroError.self) { try MessageEnvelope(Message(headers: ["a": "1", "a": "2"])) }
    }
}
