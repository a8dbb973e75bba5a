// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroMemory
import TestServers
import TestSupport
import Testing

/// A service and its clients within the process.
struct MemoryFixture {
    private let backend = MemoryBackend()

    var registry: MemoryRegistry { MemoryRegistry(backend: backend) }

    func makeService(_ name: String) throws -> Microservice {
        var configuration = Microservice.Configuration(name: name)
        configuration.deregistrationGracePeriod = .zero
        return try Microservice(
            configuration, registry: registry, transport: MemoryTransport(backend: backend),
            logger: LogRecorder().logger)
    }

    func makeClient(codecs: [any Codec] = [JSONCodec()]) throws -> Micro.Client {
        var configuration = Micro.Client.Configuration()
        configuration.codecs = codecs
        return try Micro.Client(
            configuration: configuration, registry: registry, transport: MemoryTransport(backend: backend))
    }

    /// Runs a service while a body runs, which starts when it is registered.
    func whileServing(_ service: Microservice, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            defer { group.cancelAll() }
            #expect(try await eventually { try await !registry.list().isEmpty })
            try await body()
        }
    }
}
