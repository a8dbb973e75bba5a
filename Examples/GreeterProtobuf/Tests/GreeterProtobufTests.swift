// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroTesting
import SwiftProtobuf
import Testing

@testable import greeter_protobuf

@Suite(.timeLimit(.minutes(1))) struct GreeterProtobufTests {
    private func withGreeter(_ body: (GreeterClient) async throws -> Void) async throws {
        let backends = TestBackends()
        let service = try backends.makeService("greeter")
        service.register(MyGreeter())
        try await withRunning([service], on: backends) { client in
            try await body(GreeterClient(client, service: "greeter"))
        }
    }

    @Test func helloReturnsGreeting() async throws {
        try await withGreeter { greeter in
            let response = try await greeter.hello(.with { $0.name = "John" })
            #expect(response.greeting == "Hello John")
            let error = await #expect(throws: MicroError.self) { try await greeter.hello(.init()) }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test func chatAnswersEachNote() async throws {
        try await withGreeter { greeter in
            let chat = try await greeter.chat()
            for text in ["a", "b"] { try await chat.send(.with { $0.text = text }) }
            try await chat.finish()
            var answers: [String] = []
            for try await note in chat { answers.append(note.text) }
            #expect(answers == ["You wrote: a", "You wrote: b"])
        }
    }
}
