// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro

/// An error whose text must not reach the caller.
private struct DatabaseError: Error { let password = "hunter2" }

extension ServiceFixture {
    /// A greeter. The name in a request selects an error, or a handler that does not return.
    func makeGreeter(
        id: String = "1", _ change: (inout Microservice.Configuration) -> Void = { _ in }
    ) throws -> Microservice {
        let service = try makeService("greeter", id: id, change)
        service.handle("Greeter.Hello") { (request: Hello, _) in
            switch request.name {
            case "": throw MicroError(.invalidArgument, "a greeting needs a name")
            case "crash": throw DatabaseError()
            case "hang": try await Task.sleep(for: .seconds(600))
            case "hang uncancelable": await Task.detached { try? await Task.sleep(for: .seconds(120)) }.value
            default: break
            }
            return Greeting(greeting: "Hello \(request.name) from \(id)")
        }
        return service
    }
}

extension Client {
    /// Calls the greeter, and returns the greeting.
    func hello(_ name: String = "John", _ options: CallOptions = .init()) async throws -> String {
        try await call("greeter", "Greeter.Hello", Hello(name: name), options: options, returning: Greeting.self)
            .greeting
    }
}
