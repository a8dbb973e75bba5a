// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import MicroConformance
package import MicroCore
package import MicroRabbitMQ

/// The harness of the RabbitMQ broker, for a server that is already running: at most once or at least once, with a
/// separate exchange.
package struct RabbitMQBrokerHarness: BrokerHarness {
    /// Counts what a server holds. AMQP has no command for it.
    package typealias Counter = @Sendable () async throws -> ResourceCounts

    /// The adapter and the server, with the server's version.
    package let subject: TestSubject
    /// The guarantees of the adapter with a server on the same machine.
    package let bounds: BrokerBounds
    /// The control that the caller provides. An address alone does not allow stopping a server.
    package let control: (any BackendControl)?

    private let configuration: RabbitMQConfiguration
    private let wire: RabbitMQWireClient
    private let principals: (any PrincipalProvider)?
    private let counter: Counter?

    /// Creates a harness and reads the server's version, so that a missing server fails here and not in every case.
    ///
    /// - Parameters:
    ///   - configuration: With one address, which contains no credentials.
    ///   - delivery: The delivery guarantee to test.
    ///   - counter: Counts connections and consumers; nil if they cannot be counted.
    ///   - principals: Creates the users of clients with other credentials; nil if only valid ones can be tested.
    /// - Throws: ``MicroCore/MicroError`` with the address.
    package init(
        _ configuration: RabbitMQConfiguration = .init(), delivery: DeliveryGuarantee, bounds: BrokerBounds? = nil,
        control: (any BackendControl)? = nil, counter: Counter? = nil,
        principals: (any PrincipalProvider)? = nil
    ) async throws {
        var configuration = configuration
        configuration.delivery = delivery
        // An exchange that only this harness uses can be deleted after each case, and its queues expire.
        configuration.exchange = "conformance-\(UUID().uuidString.prefix(8))"
        configuration.unusedQueueLifetime = .seconds(300)
        // The adapter validates the configuration.
        await (try RabbitMQBroker(configuration: configuration, logger: .silent)).close()
        let wire = try RabbitMQWireClient(configuration)
        self.configuration = configuration
        var bounds = bounds ?? Self.bounds(of: configuration)
        // The server stores each message once for every subscription.
        if delivery == .atLeastOnce { bounds.load.messages = min(bounds.load.messages, 300) }
        self.bounds = bounds
        self.wire = wire
        self.principals = principals
        self.counter = counter
        let queueType = delivery == .atLeastOnce ? ", \(configuration.queueType.rawValue) queues" : ""
        subject = TestSubject(
            adapter: "RabbitMQBroker (\(delivery)\(queueType), \(wire.usesTLS ? "amqps" : "amqp"))",
            adapterVersion: SwiftMicro.version, backend: "RabbitMQ", backendVersion: try await wire.version())
        self.control = principals.map { CredentialRevocationControl(base: control, principals: $0) } ?? control
    }

    /// The guarantees of the adapter with a server on the same machine. A client has a connection that publishes and one that
    /// consumes.
    package static func bounds(of configuration: RabbitMQConfiguration) -> BrokerBounds {
        BrokerBounds(
            timeouts: .init(halfOpen: configuration.heartbeatInterval * 3 + .seconds(3)),
            limits: .init(maxConnections: 2))
    }

    /// The server's address for clients.
    package var endpoint: BackendEndpoint? { wire.endpoint }

    /// All kinds if there is a provider of principals.
    package var credentials: Set<CredentialKind> { principals == nil ? [.valid] : Set(CredentialKind.allCases) }

    /// The secrets of the configuration and of all principals.
    package var secrets: [String] {
        [configuration.password?.reveal()].compactMap(\.self) + (principals?.secrets ?? [])
    }

    /// A client that does not use the adapter.
    package var peer: (any BrokerPeer)? { wire }

    /// Deletes the exchange of the harness. The queues of the case expire.
    package func removeLeftovers(_ prefix: String) async throws { try await wire.deleteExchange() }

    /// Counts consumers and connections, if the caller can count them.
    package func resourceCounts() async throws -> ResourceCounts? { try await counter?() }

    /// See ``MicroConformance/BrokerHarness/makeClient(_:)``.
    package func makeClient(_ options: BrokerClientOptions) async throws -> any Broker {
        var configuration = configuration
        configuration.timeout = options.timeout ?? configuration.timeout
        if let addresses = options.addresses {
            configuration.addresses = addresses.map { "\(wire.usesTLS ? "amqps" : "amqp")://\($0)" }
        }
        if options.credentials != .valid {
            guard let principals else {
                throw MicroError(.unsupported, "the harness cannot create credentials", origin: "conformance")
            }
            let principal = try await principals.principal(for: options.credentials)
            (configuration.user, configuration.password) = (principal.user, principal.secret)
        }
        // The system's authorities do not include the one of the backend.
        if options.trust == .wrongAuthority { configuration.certificateAuthorityFile = nil }
        return try RabbitMQBroker(configuration: configuration, logger: options.logger)
    }
}
