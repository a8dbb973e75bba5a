// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import GreeterProtobuf
import Micro
import MicroHTTP
import MicroProtobuf
import NIOCore
import SwiftProtobuf
import TestSupport
import Testing

/// Handwritten requests that were sent to servers of all versions of go-micro, including requests that these servers
/// reject.
@Suite(.timeLimit(.minutes(1))) struct GoMicroHandmadeTests {
    /// Every version responds to requests in the protocol before v1.0, with or without the `Micro-` headers of v1.0.
    @Test(arguments: GoMicroRecording.legacyCalls)
    func legacyCallIsAnswered(_ recording: GoMicroRecording) async throws {
        try await withRecordedService { service in
            service.handle("Greeter.Hello") { (hello: Greeter_HelloRequest, _) in
                Greeter_HelloResponse.with { $0.greeting = "Hello \(hello.name)" }
            }
        } body: { raw in
            let response = try #require(try await raw.responses(to: recording.clientPackets).first)
            let expected = try #require(recording.messages(ofClient: false).first)
            #expect(response["Content-Type"] == expected["Content-Type"])
            #expect(response.content.error == nil && response.content.message == expected.content.message)
        }
    }

    /// The client uses this protocol for nodes of v0.14 and v0.20, whose metadata has no `protocol`.
    @Test(arguments: GoMicroRecording.legacyCalls)
    func serverIsCalledInLegacyProtocol(_ recording: GoMicroRecording) async throws {
        let requests = ValueCollector<ScriptedRequest>()
        let request = try #require(recording.messages(ofClient: true).first)
        let expected = try #require(recording.messages(ofClient: false).first?.content)
        let isJSON = request["Content-Type"] == "application/json-rpc"
        try await withRecordedServer(recording, onRequest: requests.add) { client, address in
            let node = Node(
                id: "greeter-1", address: address.host, port: address.port ?? 0, metadata: ["server": "rpc"])
            let call = TransportRequest(
                service: "go.micro.srv.greeter", endpoint: "Greeter.Hello",
                contentType: isJSON ? "application/json" : "application/protobuf",
                body: ByteBuffer(string: isJSON ? #"{"name":"John"}"# : "\n\u{4}John"), deadline: .now + .seconds(30))
            let response = try await LegacyRPC.call(call, to: node, over: client)
            #expect(Array(response.body.readableBytesView) == expected.message)
        }
        // The number of the call is 7 in the recording, and always 0 here.
        let sent = try #require(requests.values.first)
        #expect(sent["Content-Type"] == request["Content-Type"])
        #expect(sent.body.count == request.body.count)
        #expect(zip(sent.body, request.body).filter { $0 != $1 }.map(\.1) == [isJSON ? UInt8(ascii: "7") : 7])
    }

    /// Every client of v0.20 and v1.0 sends a timeout with its requests, as their recorded streams show; these bytes
    /// have none. Without it, and without an ID, a request is that of a plain HTTP client.
    private static func withTimeout(_ packet: String) -> String {
        packet.contains("Micro-Id:")
            ? packet : packet.replacing("Accept: ", with: "Timeout: 5000000000\r\nAccept: ")
    }

    /// Servers of v0.20 and v1.0 have read the end of a client as an empty message, and responded to it. A server of this
    /// toolkit ends the stream, whatever names the client uses for the headers.
    @Test(arguments: GoMicroRecording.ends)
    func endOfClientEndsHandler(_ recording: GoMicroRecording) async throws {
        let ends = ValueCollector<[String]>()
        try await withRecordedService { service in
            service.handleStream("Greeter.Chat") {
                (stream: MessageStream<Greeter_HelloResponse, Greeter_HelloRequest>, _) in
                var names: [String] = []
                for try await hello in stream {
                    names.append(hello.name)
                    try await stream.send(.with { $0.greeting = "Hello \(hello.name)" })
                }
                ends.add(names)
            }
        } body: { raw in
            for packet in recording.clientPackets {
                try await raw.send(GoMicroRecording.bytes(Self.withTimeout(packet)))
            }
            // The client keeps the connection open.
            #expect(await eventually { ends.values == [["John"]] }, "\(ends.values)")
            let greeting = recording.messages(ofClient: false).first?.body
            #expect(await eventually { raw.messages.first?.body == greeting })
        }
    }

    /// A plain HTTP client that requests a stream gets an error; otherwise, both sides would wait on an open stream.
    @Test(arguments: GoMicroRecording.ends.filter { ["v0.20.0", "v1.0.0"].contains($0.version) })
    func streamOpenedByPlainClientIsRefused(_ recording: GoMicroRecording) async throws {
        let opened = ValueCollector<String>()
        try await withRecordedService { service in
            service.handleStream("Greeter.Chat") {
                (_: MessageStream<Greeter_HelloResponse, Greeter_HelloRequest>, _) in opened.add("stream")
            }
        } body: { raw in
            let response = try #require(try await raw.responses(to: [recording.clientPackets[0]]).first)
            let text = try #require(response["Micro-Error"] ?? response["X-Micro-Error"])
            #expect(MicroError(wireText: text, origin: "").code == .notFound)
        }
        #expect(opened.values.isEmpty)
    }
}
