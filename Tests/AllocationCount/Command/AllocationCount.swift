// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CAllocationCounter
import Micro
import MicroHTTP
import MicroMemory
import NIOCore

/// Makes calls within this process and prints the number of heap allocations per call, of client and service together: a line
/// for the HTTP transport, one for the memory transport, and one for a typed call with JSON over HTTP.
@main enum AllocationCount {
    private static let calls = 2000

    static func main() async throws {
        for (name, transport) in [("http", HTTPTransport()), ("memory", MemoryTransport())] as [(String, any Transport)]
        {
            print(name, try await count(transport))
            await transport.close()
        }
        print("typed", try await countTyped())
    }

    private static func count(_ transport: any Transport) async throws -> Double {
        let listener = try await transport.bind(to: Address(host: "127.0.0.1", port: 0))
        let body = ByteBuffer(repeating: 1, count: 32)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await listener.run { TransportResponse(contentType: $0.contentType, body: $0.body) }
            }
            let count = try await perCall {
                _ = try await transport.call(
                    TransportRequest(
                        service: "echo", endpoint: "Echo.Echo", contentType: "application/octet-stream", body: body,
                        deadline: .now + .seconds(30)), to: listener.address)
            }
            group.cancelAll()
            while await group.nextResult() != nil {}
            return count
        }
    }

    private struct Message: Codable { var text = "hello" }

    private static func countTyped() async throws -> Double {
        let (registry, transport) = (MemoryRegistry(), HTTPTransport())
        var configuration = Microservice.Configuration(name: "echo")
        configuration.deregistrationGracePeriod = .zero
        let service = try Microservice(configuration, registry: registry, transport: HTTPTransport())
        service.handle("Echo.Echo") { (message: Message, _) in message }
        let client = try Client(configuration: .init(), registry: registry, transport: transport)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            for await state in try registry.watch("echo") where !state["echo"].isEmpty { break }
            let count = try await perCall {
                let _: Message = try await client.call("echo", "Echo.Echo", Message())
            }
            await client.close()
            group.cancelAll()
            while await group.nextResult() != nil {}
            await transport.close()
            return count
        }
    }

    /// The number of allocations per call, without those of the first calls.
    private static func perCall(_ call: () async throws -> Void) async throws -> Double {
        // The first calls create connections and caches.
        for _ in 0..<calls { try await call() }
        let before = micro_allocation_count()
        for _ in 0..<calls { try await call() }
        return Double(micro_allocation_count() - before) / Double(calls)
    }
}
