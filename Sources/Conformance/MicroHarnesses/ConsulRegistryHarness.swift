// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
public import MicroConformance
public import MicroConsul
public import MicroCore

/// The Consul registry, put to the test on an agent that runs already.
public struct ConsulRegistryHarness: RegistryHarness {
    /// What a reader of a report is told; the version of Consul is the one that the agent tells.
    public let subject: TestSubject
    /// What the adapter keeps with an agent on the same machine.
    public let bounds: RegistryBounds
    /// The credentials that clients can be made with: all, if the token of the harness may make others.
    public let credentials: Set<CredentialKind>
    /// The hook to the agent, if the caller has one: nobody stops a server because he knows its address.
    public let control: (any BackendControl)?

    private let configuration: ConsulConfiguration
    private let agent: ConsulAgentClient
    private let principals: ConsulPrincipals

    /// Creates a harness, and asks the agent for its version: one that is not there is noticed here, not in every case.
    ///
    /// - Throws: ``MicroCore/MicroError`` that names the address.
    public init(
        _ configuration: ConsulConfiguration = .init(), bounds: RegistryBounds? = nil,
        control: (any BackendControl)? = nil
    ) async throws {
        self.configuration = configuration
        self.bounds = bounds ?? Self.bounds(of: configuration)
        // The adapter knows what is a valid configuration.
        await (try ConsulRegistry(configuration: configuration, logger: .silent)).close()
        let agent = ConsulAgentClient(configuration)
        let principals = ConsulPrincipals(agent: agent)
        self.agent = agent
        self.principals = principals
        subject = TestSubject(
            adapter: "ConsulRegistry", adapterVersion: SwiftMicro.version, backend: "Consul",
            backendVersion: try await agent.version())
        let canCreateCredentials = configuration.token == nil ? false : await principals.canCreateCredentials()
        credentials = canCreateCredentials ? Set(CredentialKind.allCases) : [.valid]
        self.control =
            canCreateCredentials
            ? CredentialRevocationControl(base: control) { try await principals.revoke() } : control
    }

    /// What the adapter keeps with an agent on the same machine. On a loaded one another client sees a write after 20 ms;
    /// a watch waits 5 s at most before it asks a lost agent again, and 10 s at first after a refusal. An agent notices
    /// within 10 ms that a time to live is over, but now and then tells the catalogue only with its next sync, a minute
    /// later (seen with 1.8.7).
    public static func bounds(of configuration: ConsulConfiguration) -> RegistryBounds {
        RegistryBounds(
            expiry: .init(slack: .seconds(75)),
            timeouts: .init(
                recovery: .seconds(10), credentialRecovery: .seconds(25),
                // Consul adds up to a sixteenth to the wait.
                halfOpen: configuration.watchRenewalInterval * 17 / 16 + configuration.timeout + .seconds(3)),
            load: .init(services: 100))
    }

    /// The agent's HTTP interface.
    public var endpoint: BackendEndpoint? { BackendEndpoint(url: agent.url) }

    /// The token of the harness, and those that it has made.
    public var secrets: [String] { [configuration.token?.reveal()].compactMap(\.self) + principals.secrets }

    /// Consul's catalogue.
    public var peer: (any RegistryPeer)? { ConsulPeer(agent: agent) }

    /// Service instances that are no nodes.
    public var corrupter: (any RegistryCorrupter)? { ConsulCorrupter(agent: agent) }

    /// The checks of the agent.
    public func resourceCounts() async throws -> ResourceCounts? {
        let checks = try await agent.decode([String: Ignored].self, agent.request("GET", "/v1/agent/checks"))
        return ResourceCounts(leases: checks.count)
    }

    private struct Ignored: Decodable {}

    /// go-micro, as far as Consul can tell.
    public var goMicro: (any GoMicroPeer)? { ConsulGoMicroPeer(agent: agent) }

    /// See ``MicroConformance/RegistryHarness/makeClient(_:)``.
    public func makeClient(_ options: RegistryClientOptions) async throws -> any Registry {
        var configuration = configuration
        configuration.namespace = options.namespace
        configuration.timeout = options.timeout ?? configuration.timeout
        if let addresses = options.addresses { configuration.addresses = addresses.map { $0.url(like: endpoint) } }
        if options.credentials != .valid { configuration.token = try await principals.secret(for: options.credentials) }
        // That of the backend is not among the system's.
        if options.trust == .wrongAuthority { configuration.tls.certificateAuthorityFile = nil }
        if options.linearizableReads { configuration.consistency = .consistent }
        let registry = try ConsulRegistry(configuration: configuration, logger: options.logger)
        if options.linearizableReads, !registry.capabilities.contains(.linearizableReads) {
            await registry.close()
            throw MicroError(
                .unsupported,
                "Consul's consistent reads are not linearizable here: an agent acknowledges a registration before its "
                    + "servers have it", origin: MicroError.Origin.registry)
        }
        return registry
    }
}
