// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroBackends

/// A service that is defined in `greeter.proto`.
///
///     greeter-protobuf serve    # registers as MICRO_REGISTRY says
///     greeter-protobuf call     # in another terminal, with the same environment
///     greeter-protobuf          # both, in one process
@main struct GreeterProtobuf {
    static func main() async throws {
        switch CommandLine.arguments.dropFirst().first {
        case "serve": try await serve()
        case "call": try await call()
        default: try await demonstrate()
        }
    }

    private static func makeService() throws -> Microservice {
        let service = try Microservice("greeter", backends: .environment)
        service.register(MyGreeter())
        return service
    }

    private static func serve() async throws { try await makeService().runService() }

    private static func call() async throws {
        let client = try Client(backends: .environment)
        let greeter = GreeterClient(client, service: "greeter")
        print(try await greeter.hello(.with { $0.name = "John" }).greeting)
        let chat = try await greeter.chat()
        try await chat.send(.with { $0.text = "How are you?" })
        try await chat.finish()
        for try await note in chat { print(note.text) }
        await client.close()
    }

    private static func demonstrate() async throws {
        let service = try makeService()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            for await case .registered in service.registrationStatuses() { break }
            try await call()
            group.cancelAll()
        }
    }
}
