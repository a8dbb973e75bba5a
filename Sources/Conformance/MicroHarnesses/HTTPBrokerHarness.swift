// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroConformance
public import MicroCore
import MicroHTTP

/// The HTTP broker, put to the test on a registry: each client has a client of the registry of its own, as in a process
/// of its own. What is done to the backend is done to the registry.
public struct HTTPBrokerHarness: BrokerHarness {
    /// What a reader of a report is told.
    public let subject: TestSubject
    /// Each message is a request of its own for each subscriber: fewer of both are many.
    public let bounds: BrokerBounds

    private let registryHarness: any RegistryHarness
    private let makeRegistry: @Sendable (BrokerClientOptions) async throws -> any Registry

    /// Creates a harness on the registry of another one.
    public init(
        on registryHarness: some RegistryHarness, bounds: BrokerBounds = BrokerBounds(load: .init(messages: 500, subscriptions: 50))
    ) {
        self.registryHarness = registryHarness
        self.bounds = bounds
        subject = TestSubject(
            adapter: "HTTPBroker on \(registryHarness.subject.adapter)", adapterVersion: SwiftMicro.version,
            backend: registryHarness.subject.backend, backendVersion: registryHarness.subject.backendVersion)
        let makeRegistry = { @Sendable (options: BrokerClientOptions) async throws -> any Registry in
            var registryOptions = RegistryClientOptions(namespace: "broker")
            registryOptions.addresses = options.addresses
            registryOptions.timeout = options.timeout
            registryOptions.credentials = options.credentials
            registryOptions.trust = options.trust
            registryOptions.logger = options.logger
            return try await registryHarness.makeClient(registryOptions)
        }
        self.makeRegistry = makeRegistry
        badSubscribers = BadHTTPSubscribers { try await makeRegistry(BrokerClientOptions()) }
    }

    /// Of the registry.
    public var control: (any BackendControl)? { registryHarness.control }
    /// Of the registry.
    public var endpoint: BackendEndpoint? { registryHarness.endpoint }
    /// Of the registry.
    public var credentials: Set<CredentialKind> { registryHarness.credentials }
    /// Of the registry.
    public var secrets: [String] { registryHarness.secrets }
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
        configuration.heartbeatInterval = .seconds(2)
        let registry = try await makeRegistry(options)
        return BrokerWithRegistry(
            broker: try HTTPBroker(registry: registry, configuration: configuration, logger: options.logger),
            registry: registry)
    }

    /// The registrations of subscribers.
    public func resourceCounts() async throws -> ResourceCounts? {
        let registry = try await makeRegistry(BrokerClientOptions())
        var count = 0
        for name in try await registry.list() { count += try await registry.lookUp(name).flatMap(\.nodes).count }
        await registry.close()
        return ResourceCounts(subscriptions: count)
    }
}

/// A broker that closes its registry with itself.
private struct BrokerWithRegistry: Broker {
    let broker: HTTPBroker
    let registry: any Registry

    var name: String { broker.name }
    var capabilities: BrokerCapabilities { broker.capabilities }
    var description: String { broker.description }

    func publish(_ message: BrokerMessage, to topic: String) async throws {
        try await broker.publish(message, to: topic)
    }

    func subscribe(to topic: String, queue: String?, options: SubscribeOptions) async throws -> Subscription {
        try await broker.subscribe(to: topic, queue: queue, options: options)
    }

    func close(deadline: ContinuousClock.Instant) async {
        await broker.close(deadline: deadline)
        await registry.close()
    }
}
