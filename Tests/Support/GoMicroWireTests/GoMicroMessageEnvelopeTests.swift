// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import NIOCore
import Testing

@testable import MicroCore

/// go-micro's envelope, as its NATS broker was recorded.
@Suite struct GoMicroMessageEnvelopeTests {
    private static let recorded =
        #"{"Header":{"Content-Type":"application/json","Micro-From-Service":"greeter-cli","#
        + #""Micro-Id":"7b88e397-b106-4535-8616-e3145947cd93","Micro-Topic":"events.hello","X-From-Id":"script","#
        + #""X-User-Id":"john"},"Body":"eyJuYW1lIjoiSnNvbiJ9Cg=="}"#

    @Test func readsRecordedGoMicroEnvelope() throws {
        let envelope = try #require(GoMicroMessageEnvelope(detectingIn: ByteBuffer(string: Self.recorded)))
        let headers: Headers = [
            "Content-Type": "application/json", "Micro-From-Service": "greeter-cli",
            "Micro-Id": "7b88e397-b106-4535-8616-e3145947cd93", "Micro-Topic": "events.hello", "X-From-Id": "script",
            "X-User-Id": "john",
        ]
        #expect(envelope.message == BrokerMessage(headers: headers, text: "{\"name\":\"Json\"}\n"))
    }

    @Test func envelopeRoundTrips() throws {
        let message = BrokerMessage(headers: ["a": "ü \"x\"", "b": ""], body: ByteBuffer(bytes: [UInt8](0...255)))
        let bytes = try GoMicroMessageEnvelope(message).encoded()
        #expect(GoMicroMessageEnvelope(detectingIn: bytes)?.message == message)
        let written = try GoMicroMessageEnvelope(BrokerMessage(headers: ["b": "2", "a": "/1"], text: "hi")).encoded()
        #expect(String(buffer: written) == #"{"Header":{"a":"/1","b":"2"},"Body":"aGk="}"#)
    }

    @Test(arguments: [
        #"{"Header":null,"Body":"aGk="}"#, #"{"Header":{},"Body":"aGk="}"#,
    ])
    func acceptsMissingHeaderOrBody(_ text: String) throws {
        #expect(GoMicroMessageEnvelope(detectingIn: ByteBuffer(string: text))?.message == BrokerMessage(text: "hi"))
        #expect(
            GoMicroMessageEnvelope(detectingIn: ByteBuffer(string: #"{"Header":{"a":"b"}}"#))?.message
                == BrokerMessage(headers: ["a": "b"]))
    }

    @Test(arguments: [
        "", "x", "{", "{}", "[]", "null", #"{"name":"John"}"#, #"{"Body":"aGk="}"#,
        #"{"Header":{},"Body":"aGk=","Other":1}"#,
        #"{"Header":{"a":1}}"#, #"{"Header":[]}"#, #"{"Header":{},"Body":"not base64!"}"#, #"{"Header":{},"Body":1}"#,
    ])
    func rejectsOtherPayloads(_ text: String) {
        #expect(GoMicroMessageEnvelope(detectingIn: ByteBuffer(string: text)) == nil)
    }

    @Test func rejectsRepeatedHeaders() {
        #expect(throws: MicroError.self) { try GoMicroMessageEnvelope(BrokerMessage(headers: ["a": "1", "a": "2"])) }
    }
}
