// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GreeterContract
import Logging
import Micro
import MicroMemory

/// A service and its caller in one process, on the memory backends. It needs no server.
@main
struct GreeterDemo {
    static func main() async {
        await Microservice.main { try await demonstrate() }
    }

    private static func demonstrate() async throws {
        LoggingSystem.bootstrap { _ in SwiftLogNoOpLogHandler() }
        let registry = MemoryRegistry()
        let transport = MemoryTransport()

        var settings = Microservice.Configuration(name: "greeter", version: "1.0.0")
        settings.deregistrationGracePeriod = .zero
        let service = try Microservice(settings, registry: registry, transport: transport)
        service.handle("Greeter.Hello") { (request: HelloRequest, context) in
            guard !request.name.isEmpty else { throw MicroError(.invalidArgument, "the name is empty") }
            return HelloResponse(greeting: "Hello \(request.name)")
        }
        let client = try Client(registry: registry, transport: transport)

        print("One process, all backends in memory.\n")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            group.addTask {
                try await discover(in: registry)
                try await call(client)
            }
            // All calls are done, or the service could not start.
            try await group.next()
            group.cancelAll()
        }
        print("\nThe service has stopped")
        print("  instances of greeter left in the registry: \(try await registry.lookUp("greeter").count)")
        await client.close()
    }

    private static func discover(in registry: MemoryRegistry) async throws {
        print("The service has registered itself and is found by its name")
        for await state in try registry.watch("greeter") {
            for record in state["greeter"] {
                for node in record.nodes { print("  \(record.name) \(record.version) at \(Address(node))") }
                print("  endpoints: \(record.endpoints.map(\.name).joined(separator: ", "))")
            }
            if !state["greeter"].isEmpty { return }
        }
    }

    private static func call(_ client: Client) async throws {
        print("\nCalls of Greeter.Hello")
        for name in ["John", "Jane", "世界"] {
            let response: HelloResponse = try await client.call("greeter", "Greeter.Hello", HelloRequest(name: name))
            print("  \(name) -> \(response.greeting)")
        }
        print("\nErrors have a code, a message and an origin")
        for (service, name) in [("greeter", ""), ("unknown", "John")] {
            do {
                let _: HelloResponse = try await client.call(service, "Greeter.Hello", HelloRequest(name: name))
            } catch let error as MicroError {
                print("  \(service), \"\(name)\" -> \(error)  (from \(error.origin))")
            }
        }
    }
}
