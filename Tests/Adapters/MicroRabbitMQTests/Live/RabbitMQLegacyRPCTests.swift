// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GoMicroWire
import Logging
import MicroCore
import NIOCore
import TestServers
import TestSupport
import Testing

@testable import MicroRabbitMQ

/// The protocol of go-micro before v1.0, in both directions. The envelopes in the bodies were recorded from v0.14.1 over NATS;
/// go-micro's RabbitMQ transport sends the same headers and bodies in AMQP messages.
@Suite(.requiresRabbitMQ, .rabbitMQ, .serialized, .timeLimit(.minutes(2))) struct RabbitMQLegacyRPCTests {
    /// The bodies of a connection, in Base64.
    struct Recording: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let requests: [String]
        let responses: [String]
    }

    private static let call = Recording(
        testDescription: "nats_unary_proto", requests: ["AAAAGAoNR3JlZXRlci5IZWxsbxEAAAAAAAAAAAAAAAYKBEpvaG4="],
        responses: ["AAAAGgoNR3JlZXRlci5IZWxsbxEAAAAAAAAAABoAAAAADBIKSGVsbG8gSm9obg=="])
    private static let error = Recording(
        testDescription: "nats_error_proto", requests: ["AAAAGAoNR3JlZXRlci5IZWxsbxEAAAAAAAAAAAAAAAkKB21pc3Npbmc="],
        responses: [
            "AAAAewoNR3JlZXRlci5IZWxsbxEAAAAAAAAAABpheyJpZCI6ImdvLm1pY3JvLnNydi5ncmVldGVyIiwiY29kZSI6NDA0LCJkZXRhaWwi"
                + "OiJubyBzdWNoIG5hbWUgXCJtaXNzaW5nXCIiLCJzdGF0dXMiOiJOb3QgRm91bmQifQAAAAA="
        ])
    private static let stream = Recording(
        testDescription: "nats_stream_server_ends_proto",
        requests: [
            "AAAAFwoMR3JlZXRlci5DaGF0EQAAAAAAAAAAAAAAAA==", "AAAAFwoMR3JlZXRlci5DaGF0EQAAAAAAAAAAAAAABgoESm9obg==",
            "AAAAFwoMR3JlZXRlci5DaGF0EQAAAAAAAAAAAAAABQoDYnll",
        ],
        responses: [
            "AAAAGQoMR3JlZXRlci5DaGF0EQAAAAAAAAAAGgAAAAAMEgpIZWxsbyBKb2hu",
            "AAAAHAoMR3JlZXRlci5DaGF0EQAAAAAAAAAAGgNFT1MAAAAA",
        ])

    private static let headers: AMQPTable = [
        "Accept": .string("application/protobuf"), "Content-Type": .string("application/protobuf"),
        "Timeout": .string("5000000000"), "X-Micro-From-Service": .string("greeter-cli"),
    ]

    private let server: RabbitMQServer

    init() throws { server = try #require(RabbitMQServer.current) }

    @Test(arguments: [call, error, stream])
    func recordedClientIsAnsweredWithRecordedBytes(_ recording: Recording) async throws {
        let transport = try transport()
        let listener = try await transport.bind(to: Address(host: "127.0.0.1", port: 0))
        let running = Task { try await listener.run(Self.handler, streams: Self.streams) }
        let client = try await GoMicroPeer(configuration(server.url))
        try await client.connect()
        for body in recording.requests {
            client.send(Self.headers, try Self.decoded(body), to: listener.address, id: "1")
        }
        for body in recording.responses {
            let reply = try #require(try await client.next())
            #expect(Data(reply.body.readableBytesView).base64EncodedString() == body)
            #expect(reply.header("Content-Type") == "application/protobuf")
        }
        await client.close()
        running.cancel()
        try await running.value
        await transport.close()
    }

    @Test(arguments: [call, error]) func recordedServerIsCalled(_ recording: Recording) async throws {
        let name = "legacy-\(UUID().uuidString)"
        let (transport, service) = (try transport(), try await GoMicroPeer(configuration(server.url)))
        try await service.listen(at: name)
        let calling = Task {
            try await LegacyRPC.call(
                Self.request("Greeter.Hello", recording), to: Self.node(name), over: transport)
        }
        let request = try #require(try await service.next())
        // The number of the call is 0.
        #expect(Data(request.body.readableBytesView).base64EncodedString() == recording.requests[0])
        #expect(request.header("Content-Type") == "application/proto-rpc")
        service.reply(
            ["Content-Type": .string("application/protobuf")], try Self.decoded(recording.responses[0]), to: request)
        do {
            let response = try await calling.value
            #expect(String(buffer: response.body) == "\u{12}\nHello John")
        } catch let error as MicroError {
            #expect(error.code == .notFound && error.message == "no such name \"missing\"")
            #expect(recording.testDescription == "nats_error_proto")
        }
        await service.close()
        await transport.close()
    }

    @Test func recordedServerStreams() async throws {
        let name = "legacy-\(UUID().uuidString)"
        let (transport, service) = (try transport(), try await GoMicroPeer(configuration(server.url)))
        try await service.listen(at: name)
        let stream = try await LegacyRPC.open(
            Self.request("Greeter.Chat", Self.stream), to: Self.node(name), over: transport)
        let opening = try #require(try await service.next())
        #expect(Data(opening.body.readableBytesView).base64EncodedString() == Self.stream.requests[0])
        var messages = stream.makeAsyncIterator()
        for (request, response) in zip(Self.stream.requests.dropFirst(), Self.stream.responses) {
            try await stream.send(try Self.message(request))
            let received = try #require(try await service.next())
            #expect(Data(received.body.readableBytesView).base64EncodedString() == request)
            service.reply(["Content-Type": .string("application/protobuf")], try Self.decoded(response), to: received)
            let message = try await messages.next()
            #expect(
                message.map { String(buffer: $0) }
                    == (response == Self.stream.responses[0] ? "\u{12}\nHello John" : nil))
        }
        await service.close()
        await transport.close()
    }

    // MARK: Helpers

    private static func decoded(_ body: String) throws -> ByteBuffer {
        ByteBuffer(bytes: try #require(Data(base64Encoded: body)))
    }

    /// The message in the envelope of a recorded request.
    private static func message(_ body: String) throws -> ByteBuffer {
        let request = TransportRequest(
            service: "", endpoint: "", contentType: "application/protobuf", body: try decoded(body), deadline: .now)
        return try #require(LegacyRPCEnvelope(request)).content(for: "greeter").body
    }

    private static func request(_ endpoint: String, _ recording: Recording) throws -> TransportRequest {
        TransportRequest(
            service: "go.micro.srv.greeter", endpoint: endpoint, contentType: "application/protobuf",
            body: try message(recording.requests[0]), deadline: .now + .seconds(10))
    }

    private static func node(_ address: String) -> Node {
        Node(id: "greeter-1", address: address, port: 0, metadata: ["server": "rpc", "transport": "rabbitmq"])
    }

    /// Greets the string in field 1, in field 2.
    private static func greeting(_ message: ByteBuffer) throws -> ByteBuffer {
        let name = String(String(buffer: message).dropFirst(2))
        guard name != "missing" else {
            throw MicroError(.notFound, "no such name \"missing\"", origin: "go.micro.srv.greeter")
        }
        let text = "Hello \(name)"
        return ByteBuffer(bytes: [0x12, UInt8(text.utf8.count)] + Array(text.utf8))
    }

    private static let handler: TransportHandler = { request in
        try await LegacyRPC.respond(to: request, service: "go.micro.srv.greeter") { request in
            TransportResponse(contentType: request.contentType, body: try greeting(request.body))
        }
    }

    private static let streams: TransportStreamLookup = { endpoint in
        guard endpoint == "Greeter.Chat" else { return nil }
        return { _, stream in
            for try await message in stream {
                if String(buffer: message).hasSuffix("bye") { return }
                try await stream.send(greeting(message))
            }
        }
    }

    private func transport() throws -> RabbitMQTransport {
        try RabbitMQTransport(
            configuration: configuration(server.url), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}
