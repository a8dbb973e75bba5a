// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroConformance
package import MicroCore
package import MicroRabbitMQ

/// The harness of the RabbitMQ transport, for a server that is already running.
package struct RabbitMQTransportHarness: TransportHarness {
    /// The adapter and the server, with the server's version.
    package let subject: TestSubject
    /// The guarantees of the adapter with a server on the same machine.
    package let bounds: TransportBounds

    private let configuration: RabbitMQConfiguration
    private let wire: RabbitMQWireClient
    private let counter: RabbitMQBrokerHarness.Counter?

    /// Creates a harness and reads the server's version, so that a missing server fails here and not in every case.
    ///
    /// - Parameters:
    ///   - configuration: With one address, which contains no credentials.
    ///   - counter: Counts connections and consumers; nil if they cannot be counted.
    /// - Throws: ``MicroCore/MicroError`` with the address.
    package init(
        _ configuration: RabbitMQConfiguration = .init(),
        bounds: TransportBounds = TransportBounds(timeouts: .init(recovery: .seconds(15)), maxConnections: 2),
        counter: RabbitMQBrokerHarness.Counter? = nil
    ) async throws {
        // The adapter validates the configuration.
        await (try RabbitMQTransport(configuration: configuration, logger: .silent)).close()
        wire = try RabbitMQWireClient(configuration)
        self.configuration = configuration
        self.bounds = bounds
        self.counter = counter
        subject = TestSubject(
            adapter: "RabbitMQTransport (\(wire.usesTLS ? "amqps" : "amqp"))", adapterVersion: SwiftMicro.version,
            backend: "RabbitMQ", backendVersion: try await wire.version())
    }

    /// Both sides connect to the server.
    package var networkPath: NetworkPath { .server }

    /// The server's address for clients.
    package var endpoint: BackendEndpoint? { wire.endpoint }

    /// Counts consumers and connections, if the caller can count them.
    package func resourceCounts() async throws -> ResourceCounts? { try await counter?() }

    /// See ``MicroConformance/TransportHarness/makeTransport(_:)``.
    package func makeTransport(_ options: TransportClientOptions) async throws -> any Transport {
        var configuration = configuration
        if let address = options.address { configuration.address = "\(wire.usesTLS ? "amqps" : "amqp")://\(address)" }
        if options.trust == .wrongAuthority { configuration.certificateAuthorityFile = nil }
        return try RabbitMQTransport(configuration: configuration, logger: options.logger)
    }
}
