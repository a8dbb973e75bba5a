// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import MicroConformance
package import MicroCore
package import MicroNATS

/// The harness of the NATS broker, for a server that is already running: at most once, or at least once in a separate
/// stream.
package struct NATSBrokerHarness: BrokerHarness {
    /// The adapter and the server, with the server's version.
    package let subject: TestSubject
    /// The guarantees of the adapter with a server on the same machine.
    package let bounds: BrokerBounds
    /// The control that the caller provides. An address alone does not allow stopping a server.
    package let control: (any BackendControl)?

    private let configuration: NATSConfiguration
    private let wire: NATSWireClient
    private let principals: (any PrincipalProvider)?
    private let monitor: NATSMonitor?

    /// Creates a harness and reads the server's version, so that a missing server fails here rather than in every case.
    ///
    /// - Parameters:
    ///   - configuration: The configuration of the adapter. It must have exactly one address.
    ///   - delivery: The delivery guarantee to test.
    ///   - monitoring: The address of the server's monitoring (`http_port`), `host:port`; nil without monitoring.
    ///   - principals: Creates the users of clients with other credentials; nil if only valid ones can be tested.
    /// - Throws: ``MicroCore/MicroError`` with the address.
    package init(
        _ configuration: NATSConfiguration = .init(), delivery: DeliveryGuarantee, bounds: BrokerBounds? = nil,
        control: (any BackendControl)? = nil, monitoring: String? = nil, principals: (any PrincipalProvider)? = nil
    ) async throws {
        var configuration = configuration
        // A stream that only this harness uses can be deleted after each case.
        let stream = "CONFORMANCE-\(UUID().uuidString.prefix(8))"
        configuration.delivery = delivery == .atMostOnce ? .atMostOnce : .atLeastOnce(stream: NATSStream(name: stream))
        // A message that was lost on its way to a client is delivered again after this time. Cases wait for it.
        configuration.acknowledgementTimeout = .seconds(3)
        // The adapter validates the configuration.
        await (try NATSBroker(configuration: configuration, logger: .silent)).close()
        let wire = try NATSWireClient(configuration)
        self.configuration = configuration
        self.bounds = bounds ?? Self.bounds(of: configuration)
        self.wire = wire
        self.principals = principals
        monitor = monitoring.map(NATSMonitor.init)
        subject = TestSubject(
            adapter: "NATSBroker (\(delivery), \(wire.scheme))", adapterVersion: SwiftMicro.version, backend: "NATS",
            backendVersion: try await wire.version())
        self.control = principals.map { CredentialRevocationControl(base: control, principals: $0) } ?? control
    }

    /// The guarantees of the adapter with a server on the same machine. The default recovery bound (15 s) covers the
    /// adapter's first pause after rejected credentials, at most 10 s.
    package static func bounds(of configuration: NATSConfiguration) -> BrokerBounds {
        BrokerBounds(
            timeouts: .init(halfOpen: configuration.pingInterval + configuration.timeout + .seconds(3)),
            limits: .init(maxConnections: 2))
    }

    /// The server's address for clients.
    package var endpoint: BackendEndpoint? { wire.endpoint }

    /// All kinds if there is a provider of principals.
    package var credentials: Set<CredentialKind> { principals == nil ? [.valid] : Set(CredentialKind.allCases) }

    /// The secrets of the configuration and of all principals.
    package var secrets: [String] {
        [configuration.password?.reveal(), configuration.token?.reveal()].compactMap(\.self)
            + (principals?.secrets ?? [])
    }

    /// A client that does not use the adapter.
    package var peer: (any BrokerPeer)? { wire }

    /// Deletes the stream of the harness and its consumers.
    package func removeLeftovers(_ prefix: String) async throws {
        guard case .atLeastOnce(let stream) = configuration.delivery else { return }
        _ = try await wire.request("$JS.API.STREAM.DELETE.\(stream.name)")
    }

    /// Counts subscriptions, consumers and connections, if the server has monitoring.
    package func resourceCounts() async throws -> ResourceCounts? { try await monitor?.resourceCounts() }

    /// See ``MicroConformance/BrokerHarness/makeClient(_:)``.
    package func makeClient(_ options: BrokerClientOptions) async throws -> any Broker {
        var configuration = configuration
        configuration.timeout = options.timeout ?? configuration.timeout
        if let addresses = options.addresses {
            configuration.addresses = addresses.map { "\(wire.scheme)://\($0)" }
            // A member of a cluster announces the other members. A client that knew them would bypass a proxy.
            configuration.ignoresDiscoveredServers = true
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
        return try NATSBroker(configuration: configuration, logger: options.logger)
    }
}
