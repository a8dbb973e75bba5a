// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroConformance
public import MicroCore
import MicroHTTP

/// The HTTP broker, put to the test on a registry: each client has a client of the registry of its own, as in a process
/// of its own. What is done to the backend is done to the registry.
public struct HTTPBrokerHarness: BrokerHarness {
    /// What a reader of a report is told.
    public let subject: Subject
    /// Each message is a request of its own for each subscriber: fewer of both are many.
    public let bounds: BrokerBounds

    private let registries: any RegistryHarness
    private let makeRegistry: @Sendable (BrokerClientOptions) async throws -> any Registry

    /// Creates a harness on the registry of another one.
    public init(
        on registries: some RegistryHarness, bounds: BrokerBounds = BrokerBounds(messages: 500, subscriptions: 50)
    ) {
        self.registries = registries
        self.bounds = bounds
        subject = Subject(
            adapter: "HTTPBroker on \(registries.subject.adapter)", adapterVersion: conformanceKitVersion,
            backend: registries.subject.backend, backendVersion: registries.subject.backendVersion)
        let makeRegistry = { @Sendable (options: BrokerClientOptions) async throws -> any Registry in
            var ofRegistry = RegistryClientOptions(namespace: "broker")
            ofRegistry.addresses = options.addresses
            ofRegistry.timeout = options.timeout
            ofRegistry.credentials = options.credentials
            ofRegistry.trust = options.trust
            ofRegistry.logger = options.logger
            return try await registries.makeClient(ofRegistry)
        }
        self.makeRegistry = makeRegistry
        badSubscribers = BadHTTPSubscribers { try await makeRegistry(BrokerClientOptions()) }
    }

    /// Of the registry.
    public var control: (any BackendControl)? { registries.control }
    /// Of the registry.
    public var entrance: Entrance? { registries.entrance }
    /// Of the registry.
    public var credentials: Set<Credentials> { registries.credentials }
    /// Of the registry.
    public var secrets: [String] { registries.secrets }
    /// Who knows the wire.
    public var peer: (any BrokerPeer)? {
        HTTPBrokerPeer { [makeRegistry] in try await makeRegistry(BrokerClientOptions()) }
    }
    /// Entries in the registry.
    public let badSubscribers: (any BadSubscribers)?

    /// See ``MicroConformance/BrokerHarness/makeClient(_:)``.
    public func makeClient(_ options: BrokerClientOptions) async throws -> any Broker {
        var configuration = HTTPBrokerConfiguration()
        configuration.timeout = options.timeout ?? configuration.timeout
        // Cases wait for what a registry has forgotten.
        configuration.heartbeat = .seconds(2)
        let registry = try await makeRegistry(options)
        return BrokerWithRegistry(
            broker: try HTTPBroker(registry: registry, configuration: configuration, logger: options.logger),
            registry: registry)
    }

    /// The registrations of subscribers.
    public func census() async throws -> Census? {
        let registry = try await makeRegistry(BrokerClientOptions())
        var count = 0
        for name in try await registry.list() { count += try await registry.lookUp(name).flatMap(\.nodes).count }
        await registry.close()
        return Census(subscriptions: count)
    }
}

/// A broker that closes its registry with itself.
private struct BrokerWithRegistry: Broker {
    let broker: HTTPBroker
    let registry: any Registry

    var name: String { broker.name }
    var capabilities: BrokerCapabilities { broker.capabilities }
    var description: String { broker.description }

    func publish(_ message: Message, to topic: String) async throws { try await broker.publish(message, to: topic) }

    func subscribe(to topic: String, queue: String?, options: SubscribeOptions) async throws -> Subscription {
        try await broker.subscribe(to: topic, queue: queue, options: options)
    }

    func close(deadline: ContinuousClock.Instant) async {
        await broker.close(deadline: deadline)
        await registry.close()
    }
}
