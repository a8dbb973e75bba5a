// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import MicroHTTP
import NIOCore
import TestSupport
import Testing

/// A swift-micro client calls recorded servers of all versions of go-micro.
///
/// v0.14 uses the protocol before v1.0: see `LegacyRPCRecordingTests`. `GoMicroHandmadeTests` has such calls to later
/// versions.
@Suite(.timeLimit(.minutes(2))) struct GoMicroClientRecordingTests {
    private static let recordings = (GoMicroRecording.all + GoMicroRecording.unknownEndpoints).filter {
        $0.version != "v0.14.1"
    }
    private static let calls = recordings.filter { !$0.isStream }
    private static let streams = recordings.filter(\.isStream) + GoMicroRecording.corruptedStreams

    @Test("calls to recorded servers get the recorded results", arguments: calls)
    func callsGetRecordedResults(recording: GoMicroRecording) async throws {
        let requests = recording.messages(ofClient: true)
        let expected = recording.messages(ofClient: false)
        #expect(!requests.isEmpty && requests.count == expected.count)
        try await withRecordedServer(recording) { client, address in
            for (request, expected) in zip(requests, expected) {
                do {
                    let response = try await client.call(request.request(), to: address)
                    #expect(Array(response.body.readableBytesView) == expected.body)
                    #expect(expected["Micro-Error"] == nil)
                } catch let error as MicroError {
                    let text = try #require(expected["Micro-Error"], "\(error)")
                    #expect(error.wireText == MicroError(wireText: text, origin: "go.micro.srv.greeter").wireText)
                    // go-micro's clients and servers close the connection after an error.
                    return
                }
            }
        }
    }

    @Test("streams to recorded servers get the recorded messages, end and error", arguments: streams)
    func streamsGetRecordedMessages(recording: GoMicroRecording) async throws {
        // The first request opens the stream.
        let requests = recording.messages(ofClient: true).dropFirst().filter { $0["Micro-Error"] == nil }
        let expected = recording.messages(ofClient: false)
        try await withRecordedServer(recording) { client, address in
            let opening = try #require(recording.messages(ofClient: true).first)
            let stream = try await client.open(opening.request(), to: address)
            var messages = stream.makeAsyncIterator()
            var rest = expected[...]
            for (index, request) in requests.enumerated() {
                try await stream.send(ByteBuffer(bytes: request.body))
                // `Count` sends several messages for one.
                let isLast = index == requests.count - 1
                repeat {
                    guard let next = rest.first, next["Micro-Error"] == nil else { break }
                    rest = rest.dropFirst()
                    let message = try #require(try await messages.next())
                    #expect(Array(message.readableBytesView) == next.body)
                } while isLast
            }
            let text = rest.first?["Micro-Error"] ?? GoMicroHeaders.endOfStream
            if text == GoMicroHeaders.endOfStream {
                try await stream.finish()
                let message = try await messages.next()
                #expect(message == nil)
            } else {
                let error = try await microError { _ = try await messages.next() }
                #expect(error.wireText == MicroError(wireText: text, origin: "").wireText)
            }
        }
    }
}
