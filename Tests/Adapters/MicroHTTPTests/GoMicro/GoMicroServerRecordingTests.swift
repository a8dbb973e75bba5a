// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import GreeterProtobuf
import Logging
import Micro
import MicroHTTP
import MicroMemory
import MicroProtobuf
import NIOCore
import SwiftProtobuf
import TestSupport
import Testing

/// Recorded clients of all versions of go-micro call a swift-micro service.
@Suite(.timeLimit(.minutes(2))) struct GoMicroServerRecordingTests {
    // The recorded request has a string as field 1, the recorded response one as field 2.
    private typealias HelloMessage = Google_Protobuf_StringValue
    private typealias GreetingMessage = Google_Protobuf_Method
    // `Count` has a number as field 1 in both.
    private typealias NumberMessage = Google_Protobuf_Int64Value

    private struct Hello: Codable, Sendable { var name: String? }
    private struct Greeting: Codable, Sendable { var greeting: String? }

    /// - Throws: The recorded errors.
    static func greet(_ name: String) throws -> String {
        switch name {
        case "missing": throw MicroError(.notFound, "no such name \"missing\"")
        case "taken": throw MicroError(MicroError.Code(status: 409), "name \"taken\" is taken")
        case "": ""
        default: "Hello \(name)"
        }
    }

    private struct Count: Codable, Sendable { var count: Int64? }
    private struct Number: Codable, Sendable { var number: Int64? }

    /// Each recording with handlers that are written by hand, and with generated ones if those have its endpoint.
    private static let cases = GoMicroRecording.all.filter { !$0.hasPlainError }.flatMap { recording in
        let endpoints = recording.messages(ofClient: true).compactMap { $0["Micro-Endpoint"] }
        let isHandwritten =
            recording.name == "http_count_json" || endpoints.contains("Greeter.Forward")
            || endpoints.contains("Greeter.OpenChat")
        return (isHandwritten ? [false] : [false, true]).map { (recording, $0) }
    }

    private func register(isJSON: Bool, isGenerated: Bool, streamEnds: ValueCollector<String>, on service: Microservice)
    {
        if isGenerated { return service.register(RecordedGreeter()) }
        if isJSON {
            service.handle("Greeter.Hello") { (hello: Hello, _) in
                Greeting(greeting: try Self.greet(hello.name ?? ""))
            }
            service.handleStream("Greeter.Chat") { (stream: MessageStream<Greeting, Hello>, _) in
                try await Self.recordEnd(in: streamEnds) {
                    for try await hello in stream {
                        if hello.name == "bye" { return }
                        let greeting = try Self.greet(hello.name ?? "")
                        try await stream.send(Greeting(greeting: greeting.isEmpty ? nil : greeting))
                    }
                }
            }
            service.handleStream("Greeter.Count") { (stream: MessageStream<Number, Count>, _) in
                for try await count in stream {
                    for number in 0..<(count.count ?? 0) {
                        try await stream.send(Number(number: number == 0 ? nil : number))
                    }
                    return
                }
            }
            return
        }
        for endpoint in ["Greeter.Hello", "Greeter.Forward", "Greeter.OpenChat"] {
            service.handle(endpoint) { (hello: HelloMessage, _) in Self.message(try Self.greet(hello.value)) }
        }
        service.handle("Greeter.Empty") { (_: HelloMessage, _) in GreetingMessage() }
        for endpoint in ["Greeter.Chat", "Greeter.ChatForward"] {
            service.handleStream(endpoint) { (stream: MessageStream<GreetingMessage, HelloMessage>, _) in
                try await Self.recordEnd(in: streamEnds) {
                    for try await hello in stream {
                        if hello.value == "bye" { return }
                        try await stream.send(Self.message(try Self.greet(hello.value)))
                    }
                }
            }
        }
        service.handleStream("Greeter.Count") { (stream: MessageStream<NumberMessage, NumberMessage>, _) in
            for try await count in stream {
                for number in 0..<count.value { try await stream.send(NumberMessage(number)) }
                return
            }
        }
    }

    /// Records how the handler of a stream ended: `end`, or the error.
    private static func recordEnd(in ends: ValueCollector<String>, _ body: () async throws -> Void) async throws {
        do { try await body() } catch {
            ends.add("\(error)")
            throw error
        }
        ends.add("end")
    }

    private static func message(_ greeting: String) -> GreetingMessage {
        var message = GreetingMessage()
        message.requestTypeURL = greeting
        return message
    }

    /// The handlers are handwritten, or generated from `greeter.proto`. Generated handlers respond to both protobuf and
    /// JSON.
    @Test("recorded clients get the recorded responses", arguments: cases)
    func recordedClientGetsRecordedResponses(recording: GoMicroRecording, isGenerated: Bool) async throws {
        try await replay(recording, isGenerated: isGenerated)
    }

    /// A Go handler forwards all headers of the call that it handles, even to an endpoint of the same name.
    @Test(
        "Micro-Kind that go-micro has forwarded is ignored",
        arguments: GoMicroRecording.all.filter { $0.name.hasPrefix("http_stream_") }, ["call", "stream"])
    func forwardedKindIsIgnored(recording: GoMicroRecording, kind: String) async throws {
        let endpoint = recording.messages(ofClient: true).compactMap { $0["Micro-Endpoint"] ?? $0["X-Micro-Endpoint"] }
            .first
        var recording = recording
        recording.steps = recording.steps.map { step in
            guard case .client(var text) = step, text.hasPrefix("POST"), let line = text.firstRange(of: "\r\n") else {
                return step
            }
            text.replaceSubrange(line, with: "\r\nMicro-Kind: \(kind) \(endpoint ?? "Greeter.Chat")\r\n")
            return .client(text)
        }
        try await replay(recording, isGenerated: false)
    }

    /// go-micro's clients read the code of the JSON error, although go-micro's servers respond with plain text.
    @Test(arguments: ["v1.0.0", "v1.18.0", "v4.11.0"])
    func unknownEndpointIsNotFound(version: String) async throws {
        // Other recordings call `Debug`, which every service of this toolkit has.
        let recording = try #require(
            GoMicroRecording.unknownEndpoints.first { recording in
                recording.version == version
                    && recording.messages(ofClient: true).first?["Micro-Endpoint"] == "Greeter.Nope"
            })
        try await withRecordedService {
            $0.register(RecordedGreeter())
        } body: { raw in
            let response = try #require(try await raw.responses(to: recording.clientPackets).first)
            let text = try #require(response["Micro-Error"])
            #expect(text.hasPrefix("{\"id\":") && MicroError(wireText: text, origin: "").code == .notFound)
        }
    }

    @Test(arguments: ["v0.14.1", "v0.20.0", "v1.0.0", "v1.18.0", "v4.11.0", "v5.0.0"])
    func recordedHeadersReachHandler(version: String) async throws {
        let recording = try #require(
            GoMicroRecording.metadata.first { recording in
                recording.version == version && recording.messages(ofClient: true).first?["City"] != nil
            })
        let headers = ValueCollector<Headers>()
        try await withRecordedService { service in
            service.handle("Greeter.Hello") { (hello: HelloMessage, context) in
                headers.add(context.headers)
                return Self.message(try Self.greet(hello.value))
            }
        } body: { raw in
            _ = try await raw.responses(to: recording.clientPackets)
        }
        let received = try #require(headers.values.first)
        #expect(received["X-User-Id"] == "john" && received["City"] == "Zürich" && received["Trace-Id"] == "a,b;c=d")
    }

    private func replay(_ recording: GoMicroRecording, isGenerated: Bool) async throws {
        let requests = recording.messages(ofClient: true)
        let expected = recording.messages(ofClient: false)
        let service = requests.compactMap { $0["Micro-Service"] }.first ?? "go.micro.srv.greeter"
        let streamEnds = ValueCollector<String>()
        try await withRecordedService(service, codecs: isGenerated ? nil : [ProtobufCodec(), JSONCodec()]) {
            register(isJSON: recording.isJSON, isGenerated: isGenerated, streamEnds: streamEnds, on: $0)
        } body: { raw in
            var expectedCount = 0
            replay: for step in recording.steps {
                switch step {
                // v1.9 and later send an end even after the server's end, when the server has already closed the
                // connection.
                case .client(let text): try? await raw.send(GoMicroRecording.bytes(text))
                case .server(let text):
                    expectedCount += GoMicroRecording.Message.all(in: GoMicroRecording.bytes(text)).count
                    #expect(await eventually { raw.messages.count >= expectedCount }, "\(raw.text)")
                case .clientCloses:
                    try? await raw.endSending()
                    // v1.0 clients end a stream by closing the connection; later clients send an end before.
                    if !isGenerated,
                        ["http_stream_empty", "http_stream_server", "http_stream_away", "http_stream_open"]
                            .contains(where: recording.name.hasPrefix)
                    {
                        #expect(await eventually { streamEnds.values == ["end"] }, "\(streamEnds.values)")
                    }
                    break replay
                case .serverCloses: break replay
                }
            }
            let responses = raw.messages
            for (response, expected) in zip(responses, expected) { expectEqual(response, expected) }
            // v1.0 closes the connection at the end of a stream; this server sends an end before.
            let rest = responses.dropFirst(expectedCount)
            #expect(rest.allSatisfy { $0.content.error == GoMicroHeaders.endOfStream } && rest.count <= 1)
        }
    }

    private func expectEqual(_ response: GoMicroRecording.Message, _ expected: GoMicroRecording.Message) {
        #expect(response["Content-Type"] == expected["Content-Type"])
        let (content, expected) = (response.content, expected.content)
        #expect(content.error == expected.error)
        if content.error == nil { #expect(content.message == expected.message) }
    }
}
