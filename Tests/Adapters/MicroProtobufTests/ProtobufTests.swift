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
        #expect(String(buffer: text) == #""1.500s""# + "\n")
        #expect(try decode(text).nanos == 500_000_000)
        let api = try #require(ProtobufJSONCodec().decoder(for: Google_Protobuf_Api.self))
        #expect(try api(ByteBuffer(string: #"{"name":"x","unheardOf":1}"#)).name == "x")
        #expect(try api(ByteBuffer()).name == "")
    }

    private typealias Option = Google_Protobuf_UninterpretedOption

    private var option: Option {
        Option.with {
            $0.identifierValue = "x"
            $0.positiveIntValue = 1_099_511_627_776
            $0.negativeIntValue = -5
        }
    }

    private func json<Message: SwiftProtobuf.Message>(_ message: Message, _ codec: ProtobufJSONCodec) throws -> String {
        let encode = try #require(codec.encoder(for: Message.self))
        var text = ByteBuffer()
        try encode(message, &text)
        return String(buffer: text)
    }

    /// Recorded: go-micro v1.0 ignores `bigNumber`, and fails on "5" for an int64 and on an enumeration by name. v1.18 and
    /// v4.11 read both formats.
    @Test func jsonIsWrittenAsGoMicroReadsIt() throws {
        #expect(
            try json(option, ProtobufJSONCodec())
                == #"{"identifier_value":"x","positive_int_value":1099511627776,"negative_int_value":-5}"# + "\n")
        let field = Google_Protobuf_Field.with { $0.kind = .typeInt64 }
        #expect(try json(field, ProtobufJSONCodec()) == #"{"kind":3}"# + "\n")
    }

    @Test func canonicalJSONIsAvailable() throws {
        #expect(
            try json(option, ProtobufJSONCodec(format: .canonical))
                == #"{"identifierValue":"x","positiveIntValue":"1099511627776","negativeIntValue":"-5"}"#)
    }

    @Test(arguments: [
        #"{"identifier_value":"x","positive_int_value":1099511627776,"negative_int_value":-5}"#,
        #"{"identifierValue":"x","positiveIntValue":"1099511627776","negativeIntValue":"-5"}"#,
        #"{"identifierValue":"x","positive_int_value":"1099511627776","negativeIntValue":-5,"unknown":{}}"# + "\n",
    ])
    func bothJSONFormatsAreRead(_ text: String) throws {
        let decode = try #require(ProtobufJSONCodec().decoder(for: Option.self))
        #expect(try decode(ByteBuffer(string: text)) == option)
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
