// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroConformance
public import MicroCore
public import MicroNATS

/// The NATS transport, put to the test on a server that runs already.
public struct NATSTransportHarness: TransportHarness {
    /// What a reader of a report is told; the version of NATS is the one that the server tells.
    public let subject: TestSubject
    /// What the adapter keeps with a server on the same machine.
    public let bounds: TransportBounds

    private let configuration: NATSConfiguration
    private let wire: NATSWireClient
    private let monitor: NATSMonitor?

    /// Creates a harness, and asks the server for its version: one that is not there is noticed here, not in every case.
    ///
    /// - Parameters:
    ///   - configuration: With one address.
    ///   - monitoring: Where the server tells what it does (`http_port`), `host:port`; nil if it does not.
    /// - Throws: ``MicroCore/MicroError`` that names the address.
    public init(
        _ configuration: NATSConfiguration = .init(),
        bounds: TransportBounds = TransportBounds(timeouts: .init(recovery: .seconds(15)), maxConnections: 2),
        monitoring: String? = nil
    ) async throws {
        // The adapter knows what is a valid configuration.
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
    public var networkPath: NetworkPath { .server }

    /// Where both sides connect to.
    public var endpoint: BackendEndpoint? { BackendEndpoint(wire.address, wireProtocol: wire.usesTLS ? .tls : .tcp) }

    /// What clients have open, where the server tells.
    public func resourceCounts() async throws -> ResourceCounts? { try await monitor?.resourceCounts() }

    /// See ``MicroConformance/TransportHarness/makeTransport(_:)``.
    public func makeTransport(_ options: TransportClientOptions) async throws -> any Transport {
        var configuration = configuration
        if let address = options.address { configuration.address = "\(wire.scheme)://\(address)" }
        if options.trust == .wrongAuthority { configuration.certificateAuthorityFile = nil }
        return try NATSTransport(configuration: configuration, logger: options.logger)
    }
}
