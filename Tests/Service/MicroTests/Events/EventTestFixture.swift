// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import Micro
import MicroHTTP
import MicroMemory
import ServiceLifecycle
import Synchronization
import TestServers
import TestSupport
import Testing

struct UserCreated: Codable, Sendable, Equatable { var name: String }

/// What carries the events.
enum BrokerKind: String, CaseIterable, Sendable {
    case atMostOnce, atLeastOnce, http

    func make(_ backend: MemoryBackend) throws -> any Broker {
        switch self {
        case .atMostOnce: MemoryBroker(backend: backend, delivery: .atMostOnce)
        case .atLeastOnce: MemoryBroker(backend: backend, delivery: .atLeastOnce)
        case .http: try HTTPBroker(registry: MemoryRegistry(backend: backend))
        }
    }
}

/// Services, and what they share.
struct EventTestFixture: Sendable {
    let backend = MemoryBackend()
    let log = LogRecorder()
    let broker: any Broker
    var registry: MemoryRegistry { MemoryRegistry(backend: backend) }

    init(_ brokerKind: BrokerKind) throws { broker = try brokerKind.make(backend) }

    func makeService(
        _ name: String = "mailer", id: String = "1", _ change: (inout Microservice.Configuration) -> Void = { _ in }
    ) throws -> Microservice {
        var settings = Microservice.Configuration(name: name, version: "1.0.0")
        settings.id = id
        settings.deregistrationGracePeriod = .zero
        change(&settings)
        return try Microservice(
            settings, registry: registry, transport: MemoryTransport(backend: backend), broker: broker,
            logger: log.logger)
    }

    /// Runs services until the body returns, and stops them in order then.
    func whileServing(_ services: Microservice..., body: () async throws -> Void) async throws {
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0) },
                logger: Logger(label: "x") { _ in SwiftLogNoOpLogHandler() }))
        async let run: Void = group.run()
        let areThere = try await eventually {
            let names = try await registry.list().filter { !$0.hasPrefix("topic:") }
            var count = 0
            for name in names { count += try await registry.lookUp(name).flatMap(\.nodes).count }
            return count == services.count
        }
        #expect(areThere)
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        await group.triggerGracefulShutdown()
        try await run
        await broker.close()
        try result.get()
    }
}

/// What handlers have seen.
final class ValueCollector<Value: Sendable>: Sendable {
    private let content = Mutex<[Value]>([])

    var values: [Value] { content.withLock(\.self) }

    func add(_ value: Value) { content.withLock { $0.append(value) } }
}
