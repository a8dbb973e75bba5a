// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
package import MicroConformance
package import MicroConsul
package import MicroCore

/// The harness of the Consul registry, for an agent that is already running.
package struct ConsulRegistryHarness: RegistryHarness {
    /// The adapter and the agent, with the agent's version.
    package let subject: TestSubject
    /// The guarantees of the adapter with an agent on the same machine.
    package let bounds: RegistryBounds
    /// The credentials of clients: all kinds if the harness's token may create tokens, otherwise only valid ones.
    package let credentials: Set<CredentialKind>
    /// The control that the caller provides. An address alone does not allow stopping a server.
    package let control: (any BackendControl)?

    private let configuration: ConsulConfiguration
    private let agent: ConsulAgentClient
    private let principals: ConsulPrincipals

    /// Creates a harness and reads the agent's version, so that a missing agent fails here rather than in every case.
    ///
    /// - Throws: ``MicroCore/MicroError`` with the address.
    package init(
        _ configuration: ConsulConfiguration = .init(), bounds: RegistryBounds? = nil,
        control: (any BackendControl)? = nil
    ) async throws {
        self.configuration = configuration
        self.bounds = bounds ?? Self.bounds(of: configuration)
        // The adapter validates the configuration.
        await (try ConsulRegistry(configuration: configuration, logger: .silent)).close()
        let agent = ConsulAgentClient(configuration)
        let principals = ConsulPrincipals(agent: agent)
        self.agent = agent
        self.principals = principals
        subject = TestSubject(
            adapter: "ConsulRegistry", adapterVersion: SwiftMicro.version, backend: "Consul",
            backendVersion: try await agent.version())
        let canCreatePrincipals = configuration.token == nil ? false : await principals.canCreatePrincipals()
        credentials = canCreatePrincipals ? Set(CredentialKind.allCases) : [.valid]
        self.control =
            canCreatePrincipals ? CredentialRevocationControl(base: control, principals: principals) : control
    }

    /// The guarantees of the adapter with an agent on the same machine.
    ///
    /// On a loaded machine another client sees a write after 20 ms. A watch waits at most 5 s before it connects again to
    /// an agent that it has lost, and 10 s at first after a refusal. With Consul 1.8.7, 700 of 700 instances were no longer
    /// found 90 ms after their time to live, also while other services were registered and deregistered all the time. The
    /// slack leaves time for an agent that repeats a failed update of the catalog. It is far below the 60 s to 90 s after
    /// which Consul removes an instance with a critical check: an adapter that ignores checks fails.
    package static func bounds(of configuration: ConsulConfiguration) -> RegistryBounds {
        RegistryBounds(
            expiry: .init(slack: .seconds(30)),
            timeouts: .init(
                recovery: .seconds(10), credentialRecovery: .seconds(25),
                // Consul adds up to a sixteenth to the wait time.
                halfOpen: configuration.watchRenewalInterval * 17 / 16 + configuration.timeout + .seconds(3)),
            load: .init(services: 100))
    }

    /// The HTTP interface of the agent.
    package var endpoint: BackendEndpoint? { BackendEndpoint(url: agent.url) }

    /// The token of the harness and the tokens that it has created.
    package var secrets: [String] { [configuration.token?.reveal()].compactMap(\.self) + principals.secrets }

    /// Writes to Consul's catalog.
    package var peer: (any RegistryPeer)? { ConsulPeer(agent: agent) }

    /// Registers service instances that are not valid nodes.
    package var corrupter: (any RegistryCorrupter)? { ConsulCorrupter(agent: agent) }

    /// go-micro's format in Consul.
    package var goMicro: (any GoMicroPeer)? { ConsulGoMicroPeer(agent: agent) }

    /// Counts the checks of the agent.
    package func resourceCounts() async throws -> ResourceCounts? {
        struct Ignored: Decodable {}
        let checks = try await agent.decode([String: Ignored].self, agent.request("GET", "/v1/agent/checks"))
        return ResourceCounts(leases: checks.count)
    }

    /// See ``MicroConformance/RegistryHarness/makeClient(_:)``.
    package func makeClient(_ options: RegistryClientOptions) async throws -> any Registry {
        var configuration = configuration
        configuration.namespace = options.namespace
        configuration.timeout = options.timeout ?? configuration.timeout
        if let addresses = options.addresses { configuration.addresses = addresses.map { $0.url(like: endpoint) } }
        if options.credentials != .valid {
            configuration.token = try await principals.principal(for: options.credentials).secret
        }
        // The system's authorities do not include the backend's authority.
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
