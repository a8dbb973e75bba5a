// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import MicroHTTP
import NIOCore
import Synchronization
import TestSupport
import Testing

/// A swift-micro client calls recorded servers of go-micro v0.14 in the protocol before v1.0.
///
/// `GoMicroServerRecordingTests` has the recorded clients.
@Suite(.timeLimit(.minutes(2))) struct LegacyRPCRecordingTests {
    private static let recordings = GoMicroRecording.all.filter {
        $0.version == "v0.14.1" && $0.name != "http_unary_default"
    }
    private static let calls = recordings.filter { !$0.isStream }
    private static let streams = recordings.filter(\.isStream)

    /// Runs a server that sends the recorded responses once it has received the recorded number of requests, and collects
    /// the requests.
    private func withServer(
        _ recording: GoMicroRecording,
        _ body: (HTTPTransport, Node, _ requests: ValueCollector<ScriptedRequest>) async throws -> Void
    ) async throws {
        let requests = ValueCollector<ScriptedRequest>()
        try await withRecordedServer(recording, onRequest: requests.add) { client, address in
            let node = Node(
                id: "greeter-1", address: "127.0.0.1", port: address.port ?? 0,
                metadata: ["broker": "http", "registry": "consul", "server": "rpc", "transport": "http"])
            try await body(client, node, requests)
        }
    }

    /// The request in the envelope of a recorded client.
    private func request(_ message: GoMicroRecording.Message) throws -> TransportRequest {
        let envelope = TransportRequest(
            service: "", endpoint: "", contentType: message["Content-Type"] ?? "",
            body: ByteBuffer(bytes: message.body),
            deadline: .now + .seconds(30))
        return try #require(LegacyRPCEnvelope(envelope)).content(for: "go.micro.srv.greeter")
    }

    @Test("calls to recorded servers get the recorded results in envelopes", arguments: calls)
    func callsGetRecordedResults(recording: GoMicroRecording) async throws {
        let recorded = recording.messages(ofClient: true)
        let responses = recording.messages(ofClient: false)
        try await withServer(recording) { client, node, requests in
            for (index, (message, response)) in zip(recorded, responses).enumerated() {
                let expected = try #require(LegacyContent(response.body))
                do {
                    let result = try await LegacyRPC.call(try request(message), to: node, over: client)
                    #expect(Array(result.body.readableBytesView) == expected.message && expected.error == nil)
                } catch let error as MicroError {
                    let text = try #require(expected.error, "\(error)")
                    #expect(error.wireText == MicroError(wireText: text, origin: "go.micro.srv.greeter").wireText)
                    return
                }
                // The number of the call is always 0 here, and that of the first call of a client there.
                if index == 0, !recording.name.hasSuffix("/3") { #expect(requests.values.first?.body == message.body) }
                #expect(requests.values[index]["Content-Type"]?.hasSuffix("-rpc") == true)
            }
        }
    }

    @Test("streams to recorded servers get the recorded messages, end and error in envelopes", arguments: streams)
    func streamsGetRecordedMessages(recording: GoMicroRecording) async throws {
        let recorded = recording.messages(ofClient: true)
        let responses = try recording.messages(ofClient: false).map { try #require(LegacyContent($0.body)) }
        try await withServer(recording) { client, node, requests in
            var opening = try request(try #require(recorded.first))
            opening.body = ByteBuffer()
            let stream = try await LegacyRPC.open(opening, to: node, over: client)
            var messages = stream.makeAsyncIterator()
            var rest = responses[...]
            for (index, message) in recorded.dropFirst().enumerated() {
                try await stream.send(try request(message).body)
                // `Count` sends several messages for one.
                let isLast = index == recorded.count - 2
                repeat {
                    guard let next = rest.first, next.error == nil else { break }
                    rest = rest.dropFirst()
                    let received = try #require(try await messages.next())
                    #expect(Array(received.readableBytesView) == next.message)
                } while isLast
            }
            if let text = rest.first?.error, text != GoMicroHeaders.endOfStream {
                let error = try await microError { _ = try await messages.next() }
                #expect(error.wireText == MicroError(wireText: text, origin: "").wireText)
            } else {
                // The end of this side closes the connection for v0.14, whose handler then returns.
                try await stream.finish()
                for _ in 0..<2 {
                    let end = try await messages.next()
                    #expect(end == nil)
                }
            }
            #expect(requests.values.map(\.body) == recorded.map(\.body), "the bytes of a client of v0.14")
        }
    }
}
