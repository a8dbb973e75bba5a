// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Micro

/// Starts the services, waits until all are registered and serve calls, runs the body, and then cancels the services
/// and waits for them to stop.
///
/// ```swift
/// @Test func greets() async throws {
///     let backends = TestBackends()
///     let greeter = try backends.makeService("greeter")
///     greeter.handle("Greeter.Hello") { (request: HelloRequest, _) in HelloResponse(greeting: "Hello \(request.name)") }
///     try await withRunning([greeter], on: backends) { client in
///         let response: HelloResponse = try await client.call("greeter", "Greeter.Hello", HelloRequest(name: "John"))
///         #expect(response.greeting == "Hello John")
///     }
/// }
/// ```
///
/// - Parameters:
///   - services: Services on these backends.
///   - backends: The backends of the client.
///   - body: Uses the client.
/// - Returns: The result of the body.
/// - Throws: The error of a service that cannot start; `closed` if a service ends without an error before it is
///   registered; the error of the body; after the body has succeeded, the error of a service that failed in the
///   meantime.
public func withRunning<Value>(
    _ services: [Microservice], on backends: TestBackends, _ body: (Client) async throws -> Value
) async throws -> Value {
    try await withClient(
        configuration: .init(), registry: backends.registry, transport: backends.transport, broker: backends.broker
    ) { client in
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { try await service.run() } }
            for service in services {
                var statuses = service.registrationStatuses().makeAsyncIterator()
                guard await statuses.next() == nil else { continue }
                // The service ended before it was registered, usually with an error.
                try await group.next()
                throw MicroError(.closed, "a service ended before it was registered", origin: MicroError.Origin.server)
            }
            let value = try await body(client)
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
            return value
        }
    }
}
