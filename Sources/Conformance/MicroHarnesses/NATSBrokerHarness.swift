// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
public import MicroConformance
public import MicroCore
public import MicroNATS

/// The NATS broker, put to the test on a server that runs already: at most once, or at least once in a stream of its own.
public struct NATSBrokerHarness: BrokerHarness {
    /// What a reader of a report is told; the version of NATS is the one that the server tells.
    public let subject: TestSubject
    /// What the adapter keeps with a server on the same machine.
    public let bounds: BrokerBounds
    /// The hook to the server, if the caller has one: nobody stops a server because he knows its address.
    public let control: (any BackendControl)?

    private let configuration: NATSConfiguration
    private let serverEndpoint: BackendEndpoint
    private let wire: NATSWireClient
    private let principals: (any NATSPrincipals)?
    private let monitor: NATSMonitor?

    /// Creates a harness, and asks the server for its version: one that is not there is noticed here, not in every case.
    ///
    /// - Parameters:
    ///   - configuration: With one address.
    ///   - delivery: The class that is put to the test.
    ///   - monitoring: Where the server tells what it does (`http_port`), `host:port`; nil if it does not.
    ///   - principals: Who makes other logins than the one of the configuration; nil for nobody.
    /// - Throws: ``MicroCore/MicroError`` that names the address.
    public init(
        _ configuration: NATSConfiguration = .init(), delivery: DeliveryGuarantee, bounds: BrokerBounds? = nil,
        control: (any BackendControl)? = nil, monitoring: String? = nil, principals: (any NATSPrincipals)? = nil
    ) async throws {
        var configuration = configuration
        // Nobody else's, so that it can be deleted after each case.
        let stream = "CONFORMANCE-\(UUID().uuidString.prefix(8))"
        configuration.delivery = delivery == .atMostOnce ? .atMostOnce : .atLeastOnce(stream: NATSStream(name: stream))
        // What is lost on its way to a client comes again after this time: cases wait for it.
        configuration.acknowledgementTimeout = .seconds(3)
        // The adapter knows what is a valid configuration.
        await (try NATSBroker(configuration: configuration, logger: .silent)).close()
        let wire = try NATSWireClient(configuration)
        self.configuration = configuration
        self.bounds = bounds ?? Self.bounds(of: configuration)
        self.wire = wire
        self.principals = principals
        monitor = monitoring.map(NATSMonitor.init)
        serverEndpoint = BackendEndpoint(wire.address, wireProtocol: wire.usesTLS ? .tls : .tcp)
        subject = TestSubject(
            adapter: "NATSBroker (\(delivery), \(wire.scheme))", adapterVersion: SwiftMicro.version, backend: "NATS",
            backendVersion: try await wire.version())
        self.control =
            principals.map { principals in
                CredentialRevocationControl(base: control) { try await principals.revoke() }
            } ?? control
    }

    /// What the adapter keeps with a server on the same machine. After a refusal it waits for 10 s at first.
    public static func bounds(of configuration: NATSConfiguration) -> BrokerBounds {
        BrokerBounds(
            timeouts: .init(halfOpen: configuration.pingInterval + configuration.timeout + .seconds(3)),
            limits: .init(maxConnections: 2))
    }

    /// Where clients connect to.
    public var endpoint: BackendEndpoint? { serverEndpoint }

    /// All, if somebody makes them.
    public var credentials: Set<CredentialKind> { principals == nil ? [.valid] : Set(CredentialKind.allCases) }

    /// The passwords of the configuration, and those that were made.
    public var secrets: [String] {
        [configuration.password?.reveal(), configuration.token?.reveal()].compactMap(\.self)
            + (principals?.secrets ?? [])
    }

    /// A client that knows only the protocol.
    public var peer: (any BrokerPeer)? { wire }

    /// Deletes the stream of the harness, and its consumers with it.
    public func removeLeftovers(_ prefix: String) async throws {
        guard case .atLeastOnce(let stream) = configuration.delivery else { return }
        _ = try await wire.request("$JS.API.STREAM.DELETE.\(stream.name)")
    }

    /// What clients have open, and the consumers of JetStream, where the server tells.
    public func resourceCounts() async throws -> ResourceCounts? { try await monitor?.resourceCounts() }

    /// See ``MicroConformance/BrokerHarness/makeClient(_:)``.
    public func makeClient(_ options: BrokerClientOptions) async throws -> any Broker {
        var configuration = configuration
        configuration.timeout = options.timeout ?? configuration.timeout
        if let addresses = options.addresses { configuration.addresses = addresses.map { "\(wire.scheme)://\($0)" } }
        if options.credentials != .valid {
            guard let principals else {
                throw MicroError(.unsupported, "nobody makes other credentials", origin: "conformance")
            }
            let login = try await principals.login(for: options.credentials)
            (configuration.user, configuration.password) = (login.user, login.password)
        }
        // That of the backend is not among the system's.
        if options.trust == .wrongAuthority { configuration.certificateAuthorityFile = nil }
        return try NATSBroker(configuration: configuration, logger: options.logger)
    }
}

/// Makes logins of a NATS server, whose users are in its configuration.
public protocol NATSPrincipals: Sendable {
    /// All passwords that were made so far.
    var secrets: [String] { get }
    /// A login that is not ``MicroConformance/CredentialKind/valid``.
    func login(for credentials: CredentialKind) async throws -> (user: String, password: Secret)
    /// Takes the revocable logins away.
    func revoke() async throws
}

/// What a server tells of itself over HTTP.
struct NATSMonitor: Sendable {
    private struct Clients: Decodable {
        struct Client: Decodable {
            let subjects: [String]?

            private enum CodingKeys: String, CodingKey { case subjects = "subscriptions_list" }
        }

        let connections: [Client]
    }

    private struct JetStream: Decodable { let consumers: Int? }

    private let transfer = CurlTransfer()
    private let url: String

    init(_ address: String) { url = "http://\(address)" }

    /// What every client has for the replies to its requests is not counted: it is there from the first request on.
    func resourceCounts() async throws -> ResourceCounts {
        let clients = try await request("/connz?limit=10000&subs=1", Clients.self).connections
        let consumers = try await request("/jsz", JetStream.self).consumers ?? 0
        let subjects = clients.flatMap { $0.subjects ?? [] }.filter { !$0.hasPrefix(NATSSubject.replyInboxPrefix) }
        return ResourceCounts(subscriptions: consumers + subjects.count, connections: clients.count)
    }

    private func request<Response: Decodable>(_ path: String, _ type: Response.Type) async throws -> Response {
        let response = try await transfer.perform(CurlRequest(url: url + path, timeout: .seconds(5)))
        return try JSONDecoder().decode(type, from: Data(response.body))
    }
}
