// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import MicroHTTP
import NIOCore
import TestSupport
import Testing

/// A client of this toolkit calls recorded servers of all versions of go-micro.
///
/// v0.14 is called in the protocol before 1.0, which `GoMicroCallTests` covers.
@Suite(.timeLimit(.minutes(2))) struct GoMicroClientRecordingTests {
    private static let bareRecordings = GoMicroRecording.all.filter { $0.version != "v0.14.1" }
    private static let calls = bareRecordings.filter { recording in
        !recording.name.contains("stream") && !recording.name.contains("count")
    }
    private static let streams = bareRecordings.filter { recording in
        recording.name.hasPrefix("http_stream") || recording.name.contains("count")
            || recording.name == "http_chain_call_stream_proto/1"
    }

    /// Runs a server that sends the recorded responses once it has received the recorded number of requests.
    private func withServer(
        _ recording: GoMicroRecording, _ body: (HTTPTransport, Address) async throws -> Void
    ) async throws {
        let server = try ScriptedServer { connection in
            for step in recording.steps {
                switch step {
                case .client(let text):
                    for message in GoMicroRecording.Message.all(in: GoMicroRecording.bytes(text)) {
                        // A client of v1.9 and later sends an end, this one closes its sending side.
                        if message["Micro-Error"] == nil { _ = try connection.readRequest() }
                    }
                case .server(let text): try connection.write(GoMicroRecording.bytes(text))
                case .clientCloses: _ = connection.readToEnd()
                case .serverCloses: return connection.close()
                }
            }
        }
        defer { server.stop() }
        try await withClient { client in try await body(client, .local(server.port)) }
    }

    private func request(_ message: GoMicroRecording.Message) -> TransportRequest {
        TransportRequest(
            service: message["Micro-Service"] ?? "", endpoint: message["Micro-Endpoint"] ?? "",
            contentType: message["Content-Type"] ?? "", body: ByteBuffer(bytes: message.body),
            deadline: .now + .seconds(30))
    }

    @Test("calls to recorded servers get the recorded results", arguments: calls)
    func callsGetRecordedResults(recording: GoMicroRecording) async throws {
        let requests = recording.messages(ofClient: true)
        let expected = recording.messages(ofClient: false)
        try await withServer(recording) { client, address in
            for (request, expected) in zip(requests, expected) {
                do {
                    let response = try await client.call(self.request(request), to: address)
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
        try await withServer(recording) { client, address in
            let opening = try #require(recording.messages(ofClient: true).first)
            let stream = try await client.open(self.request(opening), to: address)
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
