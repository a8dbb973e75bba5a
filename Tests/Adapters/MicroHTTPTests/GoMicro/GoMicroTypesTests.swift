// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GreeterProtobuf
import Micro
import MicroProtobuf
import SwiftProtobuf
import TestSupport
import Testing

/// Protobuf messages in JSON, recorded from all versions of go-micro.
@Suite(.timeLimit(.minutes(1))) struct GoMicroTypesTests {
    /// The first recorded message.
    private static let message = Greeter_AllTypes.with {
        $0.text = "<é>"
        $0.bigNumber = 1_099_511_627_776
        $0.data = Data([0, 1, 0xFF])
        $0.labels = ["a": "b"]
        $0.ratio = 0.5
        $0.flag = true
        $0.list = ["x", "y"]
        $0.inner.title = "t"
        $0.items = [.with { $0.title = "u" }]
        $0.smallNumber = 7
        $0.unsigned = 9
        $0.kind = .big
    }

    private func responses(to recording: GoMicroRecording) async throws -> [GoMicroRecording.Message] {
        var responses: [GoMicroRecording.Message] = []
        try await withRecordedService { service in
            service.handle("Greeter.Types") { (message: Greeter_AllTypes, _) in message }
        } body: { raw in
            responses = try await raw.responses(to: recording.clientPackets)
        }
        return responses
    }

    /// The members of an object, each as JSON text with sorted keys.
    private func members(_ bytes: [UInt8]) throws -> [String: String] {
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        return try object.mapValues { value in
            let data = try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed])
            return String(decoding: data, as: UTF8.self)
        }
    }

    /// Field names, numbers and enumerations are as in the recorded response.
    @Test(arguments: GoMicroRecording.types) func recordedClientGetsRecordedTypes(_ recording: GoMicroRecording)
        async throws
    {
        let responses = try await responses(to: recording)
        #expect(responses.count == 2)
        for (response, expected) in zip(responses, recording.messages(ofClient: false)) {
            #expect(response["Content-Type"] == "application/json" && response.content.error == nil)
            #expect(try members(response.content.message) == members(expected.content.message))
        }
    }

    @Test(arguments: GoMicroRecording.types) func recordedServerGetsRecordedTypes(_ recording: GoMicroRecording)
        async throws
    {
        let requests = ValueCollector<ScriptedRequest>()
        try await withServiceClient(of: recording, codecs: [ProtobufJSONCodec()], onRequest: requests.add) { client in
            for message in [Self.message, Greeter_AllTypes()] {
                let response = try await client.call(
                    "go.micro.srv.greeter", "Greeter.Types", message, returning: Greeter_AllTypes.self)
                #expect(response == message)
            }
        }
        for (request, expected) in zip(requests.values, recording.messages(ofClient: true)) {
            var (sent, recorded) = try (members(request.body), members(expected.body))
            // The number in the envelope of v0.14 is always 0 here.
            (sent["id"], recorded["id"]) = (nil, nil)
            #expect(sent == recorded)
        }
        #expect(requests.values.count == 2)
    }

    /// Some versions read names in lowerCamelCase, integers and enumerations as text, and unknown fields; others fail on
    /// them. All are read here, and the response has the form that every version reads.
    @Test(arguments: GoMicroRecording.readableTypes)
    func everyFormThatAVersionReadsIsRead(_ recording: GoMicroRecording) async throws {
        let response = try #require(try await responses(to: recording).first)
        #expect(response.content.error == nil)
        let sent = try members(response.body)
        for key in ["big_number", "kind"] { #expect(sent[key]?.contains("\"") != true, "a number") }
        #expect(Set(sent.keys).isSubset(of: ["text", "big_number", "kind"]), "\(sent)")
        // v1.0 drops names in lowerCamelCase.
        let expected = try #require(recording.messages(ofClient: false).first)
        guard expected.content.error == nil else { return }
        for (key, value) in try members(expected.body) { #expect(sent[key] == value) }
    }
}
