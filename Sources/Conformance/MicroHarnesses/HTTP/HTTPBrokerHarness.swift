// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroConformance
package import MicroCore
import MicroHTTP

/// The harness of the HTTP broker on a registry.
///
/// Each broker has its own registry client, as in a separate process. The control acts on the registry's backend.
package struct HTTPBrokerHarness: BrokerHarness {
    /// The adapter and the registry.
    package let subject: TestSubject
    /// The guarantees of the adapter. Each message is a request per subscriber, so the default numbers of messages and
    /// subscriptions are smaller than those of other brokers.
    package let bounds: BrokerBounds

    private let registryHarness: any RegistryHarness
    private let makeRegistry: @Sendable (BrokerClientOptions) async throws -> any Registry

    /// Creates a harness on the registry of another harness.
    package init(
        on registryHarness: any RegistryHarness,
        bounds: BrokerBounds = BrokerBounds(load: .init(messages: 500, subscriptions: 50))
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
        badSubscribers = HTTPBadSubscribers { try await makeRegistry(BrokerClientOptions()) }
    }

    /// The control of the registry.
    package var control: (any BackendControl)? { registryHarness.control }
    /// The endpoint of the registry.
    package var endpoint: BackendEndpoint? { registryHarness.endpoint }
    /// The credentials for the registry.
    package var credentials: Set<CredentialKind> { registryHarness.credentials }
    /// The secrets for the registry.
    package var secrets: [String] { registryHarness.secrets }
    /// A publisher that does not use the adapter.
    package var peer: (any BrokerPeer)? {
        HTTPBrokerPeer { [makeRegistry] in try await makeRegistry(BrokerClientOptions()) }
    }
    /// Subscribers in the registry that fail or cannot be reached.
    package let badSubscribers: (any BadSubscribers)?

    /// See ``MicroConformance/BrokerHarness/makeClient(_:)``.
    package func makeClient(_ options: BrokerClientOptions) async throws -> any Broker {
        var configuration = HTTPBrokerConfiguration()
        configuration.timeout = options.timeout ?? configuration.timeout
        // Short, because cases wait until a lost registration is restored.
        configuration.heartbeatInterval = .seconds(2)
        let registry = try await makeRegistry(options)
        return BrokerWithRegistry(
            broker: try HTTPBroker(registry: registry, configuration: configuration, logger: options.logger),
            registry: registry)
    }

    /// Counts the registrations of subscribers.
    package func resourceCounts() async throws -> ResourceCounts? {
        let registry = try await makeRegistry(BrokerClientOptions())
        var count = 0
        for name in try await registry.list() { count += try await registry.lookUp(name).flatMap(\.nodes).count }
        await registry.close()
        return ResourceCounts(subscriptions: count)
    }
}

/// A broker that closes its registry client when it is closed.
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
