// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GreeterProtobuf
import Logging
import Micro
import MicroMemory
import MicroProtobuf
import SwiftProtobuf
import TestServers
import Testing

/// The generated code of `greeter.proto`, in every form of call.
@Suite(.timeLimit(.minutes(1))) struct GreeterTests {
    private struct MyGreeter: GreeterService {
        func hello(
            _ request: Greeter_HelloRequest, context: RequestContext
        ) async throws -> Greeter_HelloResponse {
            guard !request.name.isEmpty else { throw MicroError(.invalidArgument, "no name") }
            return .with { $0.greeting = "Hello \(request.name)" }
        }

        func count(
            _ request: Greeter_CountRequest, responses: MessageWriter<Greeter_Number>, context: RequestContext
        ) async throws {
            guard request.limit >= 0 else { throw MicroError(.invalidArgument, "a negative limit") }
            for value in 0..<request.limit { try await responses.send(.with { $0.value = value + 1 }) }
        }

        func sum(_ requests: MessageReader<Greeter_Number>, context: RequestContext) async throws -> Greeter_Number {
            var sum: Int64 = 0
            for try await number in requests {
                // A number of zero ends the requests before the caller does.
                if number.value == 0 { break }
                guard number.value > 0 else { throw MicroError(.invalidArgument, "a negative number") }
                sum += number.value
            }
            return .with { $0.value = sum }
        }

        func stream(
            _ stream: MessageStream<Greeter_HelloResponse, Greeter_HelloRequest>, context: RequestContext
        ) async throws {
            for try await request in stream {
                try await stream.send(.with { $0.greeting = "Hello \(request.name)" })
            }
        }

        func chat(
            _ stream: MessageStream<Greeter_HelloResponse, Greeter_HelloRequest>, context: RequestContext
        ) async throws {}

        func chatForward(
            _ stream: MessageStream<Greeter_HelloResponse, Greeter_HelloRequest>, context: RequestContext
        ) async throws {}

        func empty(_ request: Greeter_HelloRequest, context: RequestContext) async throws -> Greeter_HelloResponse {
            .init()
        }
    }

    private let fixture = MemoryFixture()

    private func withGreeter(
        codecs: [any Codec] = [JSONCodec()], _ body: (GreeterClient) async throws -> Void
    ) async throws {
        let service = try fixture.makeService("greeter")
        service.register(MyGreeter())
        try await fixture.whileServing(service) {
            try await closing(try fixture.makeClient(codecs: codecs)) { client in
                try await body(GreeterClient(client, service: "greeter"))
            } by: {
                await $0.close()
            }
        }
    }

    /// The default codec cannot encode protobuf messages, so the codecs of the generated code are used.
    private static let codecs: [[any Codec]] = [[JSONCodec()], [ProtobufCodec()], [ProtobufJSONCodec()]]

    @Test(arguments: codecs.indices) func everyCallTypeWorksWithEveryCodec(_ index: Int) async throws {
        try await withGreeter(codecs: Self.codecs[index]) { greeter in
            #expect(try await greeter.hello(.with { $0.name = "John" }).greeting == "Hello John")

            var counted: [Int64] = []
            for try await number in try await greeter.count(.with { $0.limit = 3 }) { counted.append(number.value) }
            #expect(counted == [1, 2, 3])

            let sum = try await greeter.sum { numbers in
                for value in 1...4 { try await numbers.send(.with { $0.value = Int64(value) }) }
            }
            #expect(sum.value == 10)

            let stream = try await greeter.stream()
            try await stream.send(.with { $0.name = "a" })
            try await stream.send(.with { $0.name = "b" })
            try await stream.finish()
            var greetings: [String] = []
            for try await response in stream { greetings.append(response.greeting) }
            #expect(greetings == ["Hello a", "Hello b"])
        }
    }

    @Test func contentTypeIsChosenForEachCall() async throws {
        try await withGreeter { greeter in
            for contentType in ["application/protobuf", "application/json"] {
                let options = CallOptions(contentType: contentType)
                #expect(try await greeter.hello(.with { $0.name = "x" }, options: options).greeting == "Hello x")
                var count = 0
                for try await _ in try await greeter.count(.with { $0.limit = 2 }, options: options) { count += 1 }
                #expect(count == 2)
            }
        }
    }

    @Test func errorsOfEveryCallTypeReachTheCaller() async throws {
        try await withGreeter { greeter in
            var errors: [MicroError?] = []
            errors.append(await #expect(throws: MicroError.self) { try await greeter.hello(.init()) })
            errors.append(
                await #expect(throws: MicroError.self) {
                    for try await _ in try await greeter.count(.with { $0.limit = -1 }) {}
                })
            errors.append(
                await #expect(throws: MicroError.self) {
                    try await greeter.sum { try await $0.send(.with { $0.value = -1 }) }
                })
            #expect(errors.map(\.?.code) == [.invalidArgument, .invalidArgument, .invalidArgument])
            #expect(errors.map(\.?.origin) == ["greeter", "greeter", "greeter"])
        }
    }

    @Test func earlyResponseToClientStreamIsReturned() async throws {
        try await withGreeter { greeter in
            let sum = try await greeter.sum { numbers in
                try await numbers.send(.with { $0.value = 5 })
                try await numbers.send(.with { $0.value = 0 })
                // Fails with `closed` when the service has responded.
                while true { try await numbers.send(.with { $0.value = 1 }) }
            }
            #expect(sum.value == 5)
        }
    }

    @Test func errorOfSenderCancelsClientStream() async throws {
        struct SenderError: Error {}
        try await withGreeter { greeter in
            await #expect(throws: SenderError.self) {
                _ = try await greeter.sum { _ in throw SenderError() }
            }
        }
    }

    @Test func registryListsShapesAndComments() async throws {
        try await withGreeter { _ in
            let record = try #require(try await fixture.registry.lookUp("greeter").first)
            let names = ["Chat", "ChatForward", "Count", "Empty", "Hello", "Stream", "Sum"]
            #expect(record.endpoints.map(\.name) == names.map { "Greeter.\($0)" })
            #expect(
                record.endpoints.first { $0.name == "Greeter.Hello" }
                    == Endpoint(
                        name: "Greeter.Hello",
                        request: ValueShape(
                            name: "HelloRequest", type: "HelloRequest",
                            values: [ValueShape(name: "name", type: "string")]),
                        response: ValueShape(
                            name: "HelloResponse", type: "HelloResponse",
                            values: [ValueShape(name: "greeting", type: "string")]),
                        metadata: ["stream": "false", "description": "Says hello by name."]))
            #expect(
                record.endpoints.map { $0.metadata["stream"] } == [
                    "true", "true", "true", "false", "false", "true", "true",
                ])
        }
    }
}
