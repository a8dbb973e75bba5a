// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GreeterProtobuf
import Micro
import SwiftProtobuf

/// The recorded service of ``GoMicroRecording``, on generated code.
struct RecordedGreeter: GreeterService {
    func hello(_ request: Greeter_HelloRequest, context: RequestContext) async throws -> Greeter_HelloResponse {
        let greeting = try GoMicroServerRecordingTests.greet(request.name)
        return .with { $0.greeting = greeting }
    }

    func empty(_ request: Greeter_HelloRequest, context: RequestContext) async throws -> Greeter_HelloResponse {
        .init()
    }

    func count(
        _ request: Greeter_CountRequest, responses: MessageWriter<Greeter_Number>, context: RequestContext
    ) async throws {
        for number in 0..<request.limit { try await responses.send(.with { $0.value = number }) }
    }

    func sum(_ requests: MessageReader<Greeter_Number>, context: RequestContext) async throws -> Greeter_Number {
        try await requests.reduce(into: Greeter_Number()) { $0.value += $1.value }
    }

    func chat(
        _ stream: MessageStream<Greeter_HelloResponse, Greeter_HelloRequest>, context: RequestContext
    ) async throws {
        for try await request in stream {
            if ["bye", "end"].contains(request.name) { return }
            try await stream.send(hello(request, context: context))
        }
    }

    func chatForward(
        _ stream: MessageStream<Greeter_HelloResponse, Greeter_HelloRequest>, context: RequestContext
    ) async throws {
        try await chat(stream, context: context)
    }

    func stream(
        _ stream: MessageStream<Greeter_HelloResponse, Greeter_HelloRequest>, context: RequestContext
    ) async throws {
        try await chat(stream, context: context)
    }
}
