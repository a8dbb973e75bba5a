// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroMemory
import MicroProtobuf
import NIOCore
import SwiftProtobuf
import TestServers
import TestSupport
import Testing

private struct Hello: Codable, Sendable { var name: String }

@Suite(.timeLimit(.minutes(1))) struct ProtobufTests {
    private typealias Person = Google_Protobuf_Struct

    private var person: Person { Person(fields: ["name": Google_Protobuf_Value(stringValue: "世界")]) }

    @Test func messagesRoundTrip() throws {
        let encode = try #require(ProtobufCodec().encoder(for: Google_Protobuf_BytesValue.self))
        let decode = try #require(ProtobufCodec().decoder(for: Google_Protobuf_BytesValue.self))
        var message = Google_Protobuf_BytesValue()
        message.value = .init([1, 2, 3])
        var bytes = ByteBuffer()
        try encode(message, &bytes)
        // Field 1, length-delimited, three bytes: https://protobuf.dev/programming-guides/encoding
        #expect(Array(bytes.readableBytesView) == [0x0A, 3, 1, 2, 3])
        #expect(try decode(bytes) == message)
    }

    @Test func jsonFollowsProtobufMapping() throws {
        let encode = try #require(ProtobufJSONCodec().encoder(for: Google_Protobuf_Duration.self))
        let decode = try #require(ProtobufJSONCodec().decoder(for: Google_Protobuf_Duration.self))
        var text = ByteBuffer()
        try encode(Google_Protobuf_Duration(seconds: 1, nanos: 500_000_000), &text)
        #expect(String(buffer: text) == #""1.500s""#)
        #expect(try decode(text).nanos == 500_000_000)
        let api = try #require(ProtobufJSONCodec().decoder(for: Google_Protobuf_Api.self))
        #expect(try api(ByteBuffer(string: #"{"name":"x","unheardOf":1}"#)).name == "x")
        #expect(try api(ByteBuffer()).name == "")
    }

    @Test func nonMessageIsRejected() throws {
        for codec in [ProtobufCodec(), ProtobufJSONCodec()] as [any Codec] {
            #expect(codec.encoder(for: Hello.self) == nil && codec.decoder(for: String.self) == nil)
            let decode = try #require(codec.decoder(for: Google_Protobuf_Api.self))
            let error = #expect(throws: MicroError.self) { try decode(ByteBuffer(bytes: [0x0A, 200, 1])) }
            #expect(error?.code == .invalidArgument && error?.message.contains("google.protobuf.Api") == true)
        }
    }

    @Test func serviceSupportsProtobufJSONAndCodable() async throws {
        let backend = MemoryBackend()
        let codecs: [any Codec] = [ProtobufCodec(), ProtobufJSONCodec(), JSONCodec()]
        var settings = Microservice.Configuration(name: "svc")
        settings.deregistrationGracePeriod = .zero
        settings.codecs = codecs
        let service = try Microservice(
            settings, registry: MemoryRegistry(backend: backend), transport: MemoryTransport(backend: backend),
            logger: LogRecorder().logger)
        service.handle("Echo") { (person: Google_Protobuf_Struct, _) in person }
        service.handle("Hello") { (hello: Hello, _) in hello }
        service.handleStream("Talk") { (talk: MessageStream<Google_Protobuf_Struct, Google_Protobuf_Struct>, _) in
            for try await person in talk { try await talk.send(person) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            #expect(try await eventually { try await !MemoryRegistry(backend: backend).lookUp("svc").isEmpty })
            for codecs in [codecs, [ProtobufJSONCodec(), JSONCodec()]] {
                var configuration = Client.Configuration()
                configuration.codecs = codecs
                let client = try Client(
                    configuration: configuration, registry: MemoryRegistry(backend: backend),
                    transport: MemoryTransport(backend: backend))
                #expect(try await client.call("svc", "Echo", person) == person)
                #expect(try await client.call("svc", "Hello", Hello(name: "x"), returning: Hello.self).name == "x")
                let talk = try await client.stream("svc", "Talk", sending: Person.self, receiving: Person.self)
                try await talk.send(person)
                try await talk.finish()
                for try await answer in talk { #expect(answer == person) }
                await client.close()
            }
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
    }
}
