// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroConformance
package import MicroCore
package import MicroNATS

/// The harness of the NATS transport, for a server that is already running.
package struct NATSTransportHarness: TransportHarness {
    /// The adapter and the server, with the server's version.
    package let subject: TestSubject
    /// The guarantees of the adapter with a server on the same machine.
    package let bounds: TransportBounds

    private let configuration: NATSConfiguration
    private let wire: NATSWireClient
    private let monitor: NATSMonitor?

    /// Creates a harness and reads the server's version, so that a missing server fails here and not in every case.
    ///
    /// - Parameters:
    ///   - configuration: The configuration of the adapter. It must have exactly one address.
    ///   - monitoring: The address of the server's monitoring (`http_port`), `host:port`; nil without monitoring.
    /// - Throws: ``MicroCore/MicroError`` with the address.
    package init(
        _ configuration: NATSConfiguration = .init(),
        bounds: TransportBounds = TransportBounds(timeouts: .init(recovery: .seconds(15)), maxConnections: 2),
        monitoring: String? = nil
    ) async throws {
        // The adapter validates the configuration.
        await (try NATSTransport(configuration: configuration, logger: .silent)).close()
        wire = try NATSWireClient(configuration)
        self.configuration = configuration
        self.bounds = bounds
        monitor = monitoring.map(NATSMonitor.init)
        subject = TestSubject(
            adapter: "NATSTransport (\(wire.scheme))", adapterVersion: SwiftMicro.version, backend: "NATS",
            backendVersion: try await wire.version())
    }

    /// Both sides connect to the server.
    package var networkPath: NetworkPath { .server }

    /// The server's address for clients.
    package var endpoint: BackendEndpoint? { wire.endpoint }

    /// Counts subscriptions, consumers and connections, if the server has monitoring.
    package func resourceCounts() async throws -> ResourceCounts? { try await monitor?.resourceCounts() }

    /// See ``MicroConformance/TransportHarness/makeTransport(_:)``.
    package func makeTransport(_ options: TransportClientOptions) async throws -> any Transport {
        var configuration = configuration
        if let address = options.address {
            configuration.address = "\(wire.scheme)://\(address)"
            // A member of a cluster announces the other members. A client that knew them would bypass a proxy.
            configuration.ignoresDiscoveredServers = true
        }
        if options.trust == .wrongAuthority { configuration.certificateAuthorityFile = nil }
        return try NATSTransport(configuration: configuration, logger: options.logger)
    }
}
