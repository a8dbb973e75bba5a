// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import Micro
import MicroMemory
import ServiceLifecycle
import TestServers
import TestSupport
import Testing

/// Services and clients of one test: they share a registry in memory, a kind of transport and a log.
struct ServiceFixture: Sendable {
    let backend = MemoryBackend()
    let log = LogRecorder()
    let transportKind: TransportKind
    /// The broker of all services; nil for the default.
    let broker: (any Broker)?

    init(_ transportKind: TransportKind = .memory, broker: (any Broker)? = nil) {
        self.transportKind = transportKind
        self.broker = broker
    }

    init(broker brokerKind: BrokerKind) throws {
        transportKind = .memory
        broker = try brokerKind.make(backend)
    }

    var registry: MemoryRegistry { MemoryRegistry(backend: backend) }

    func makeTransport() -> any Transport { transportKind.make(backend) }

    /// A service that stops without a grace period.
    func makeService(
        _ name: String, id: String = "1", _ change: (inout Microservice.Configuration) -> Void = { _ in }
    ) throws -> Microservice {
        var configuration = Microservice.Configuration(name: name, version: "1.0.0")
        configuration.id = id
        configuration.deregistrationGracePeriod = .zero
        change(&configuration)
        return try Microservice(
            configuration, registry: registry, transport: makeTransport(), broker: broker, logger: log.logger)
    }

    func makeClient(_ change: (inout Client.Configuration) -> Void = { _ in }) throws -> Client {
        var configuration = Client.Configuration()
        change(&configuration)
        return try Client(
            configuration: configuration, registry: registry, transport: makeTransport(), broker: broker)
    }

    /// Runs services while a body runs, which starts when all are registered. Then stops them and closes the broker.
    ///
    /// - Parameter gracefully: Whether they finish calls and events, or are cancelled.
    func whileServing(
        _ services: [Microservice], gracefully: Bool = false, _ body: () async throws -> Void
    ) async throws {
        let group = makeServiceGroup(services)
        let running = Task { try await group.run() }
        #expect(await eventually { services.allSatisfy { $0.registrationStatus != nil } })
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        if gracefully {
            await group.triggerGracefulShutdown()
            try await running.value
        } else {
            running.cancel()
            _ = await running.result
        }
        await broker?.close()
        try result.get()
    }

    /// Runs services while a body uses a client.
    func whileServing(
        _ services: Microservice..., client: Client? = nil, _ body: (Client) async throws -> Void
    ) async throws {
        let client = try client ?? makeClient()
        try await whileServing(services) { try await body(client) }
        await client.close()
    }
}

/// A group that runs services and does not log.
func makeServiceGroup(_ services: [Microservice]) -> ServiceGroup {
    ServiceGroup(
        configuration: .init(
            services: services.map { .init(service: $0) },
            logger: Logger(label: "ServiceGroup") { _ in SwiftLogNoOpLogHandler() }))
}
