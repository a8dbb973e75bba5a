// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Micro
public import MicroMemory

/// An in-memory registry, transport and broker for a single test.
public struct TestBackends: Sendable {
    /// The backend that they share. Use it to stop and wipe them, as in an outage of a server.
    public let memory: MemoryBackend
    /// The registry.
    public let registry: MemoryRegistry
    /// The transport.
    public let transport: MemoryTransport
    /// The broker.
    public let broker: MemoryBroker

    /// Creates empty backends.
    ///
    /// - Parameter delivery: The guarantee of the broker; at least once by default.
    public init(delivery: DeliveryGuarantee = .atLeastOnce) {
        memory = MemoryBackend()
        registry = MemoryRegistry(backend: memory)
        transport = MemoryTransport(backend: memory)
        broker = MemoryBroker(backend: memory, delivery: delivery)
    }

    /// Creates a service on these backends, without a grace period at its end. Environment variables have no effect on
    /// it.
    ///
    /// - Parameters:
    ///   - name: The name of the service.
    ///   - configure: Changes its configuration.
    /// - Throws: As the initializer of `Microservice`.
    public func makeService(
        _ name: String, _ configure: (inout Microservice.Configuration) -> Void = { _ in }
    ) throws -> Microservice {
        var configuration = Microservice.Configuration(name: name)
        configuration.deregistrationGracePeriod = .zero
        configure(&configuration)
        return try Microservice(configuration, registry: registry, transport: transport, broker: broker)
    }

    /// Runs a body and returns the first events of a topic that are published during the body or afterwards.
    ///
    /// - Parameters:
    ///   - count: The number of events to wait for.
    ///   - type: The type of the events.
    ///   - topic: The topic.
    ///   - timeout: How long to wait after the body has returned; 5 s by default.
    ///   - codec: Decodes the events; JSON by default.
    ///   - body: Performs the operations that publish the events.
    /// - Throws: The errors of the body and of the codec; `MicroError` with `deadlineExceeded` if fewer events were published.
    public func events<Event: Sendable>(
        _ count: Int, of type: Event.Type = Event.self, on topic: String, within timeout: Duration = .seconds(5),
        codec: any Codec = JSONCodec(), during body: () async throws -> Void
    ) async throws -> [Event] {
        guard let decode = codec.decoder(for: type) else {
            throw MicroError(.unsupported, "the codec cannot decode \(type)", origin: MicroError.Origin.broker)
        }
        let subscription = try await broker.subscribe(to: topic)
        try await body()
        let timeoutError = MicroError(
            .deadlineExceeded, "fewer than \(count) events were published on \(topic) within \(timeout)",
            origin: MicroError.Origin.broker)
        let events = try await withDeadline(.now + timeout, orThrow: timeoutError) {
            var events: [Event] = []
            var deliveries = subscription.makeAsyncIterator()
            while events.count < count, let delivery = await deliveries.next() {
                events.append(try decode(delivery.message.body))
                delivery.acknowledge()
            }
            return events
        }
        await subscription.cancel()
        return events
    }
}
