// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
package import MicroConformance
package import MicroCore
package import MicroEtcd

/// The harness of the etcd registry, for a member that is already running.
package struct EtcdRegistryHarness: RegistryHarness {
    /// The adapter and the member, with the member's version.
    package let subject: TestSubject
    /// The guarantees of the adapter with a member on the same machine.
    package let bounds: RegistryBounds
    /// The credentials of clients: all kinds if the harness's user may create users, otherwise only valid ones.
    package let credentials: Set<CredentialKind>
    /// The control that the caller provides. An address alone does not allow stopping a server.
    package let control: (any BackendControl)?

    private let configuration: EtcdConfiguration
    private let member: EtcdMemberClient
    private let principals: EtcdPrincipals

    /// Creates a harness and reads the member's version, so that a missing member fails here rather than in every case.
    ///
    /// - Throws: ``MicroCore/MicroError`` with the address.
    package init(
        _ configuration: EtcdConfiguration = .init(), bounds: RegistryBounds? = nil,
        control: (any BackendControl)? = nil
    ) async throws {
        self.configuration = configuration
        self.bounds = bounds ?? Self.bounds(of: configuration)
        // The adapter validates the configuration.
        await (try EtcdRegistry(configuration: configuration, logger: .silent)).close()
        let member = EtcdMemberClient(configuration)
        let principals = EtcdPrincipals(member: member)
        self.member = member
        self.principals = principals
        subject = TestSubject(
            adapter: "EtcdRegistry", adapterVersion: SwiftMicro.version, backend: "etcd",
            backendVersion: try await member.version())
        let canCreatePrincipals = configuration.user == nil ? false : await principals.canCreatePrincipals()
        credentials = canCreatePrincipals ? Set(CredentialKind.allCases) : [.valid]
        self.control =
            canCreatePrincipals ? CredentialRevocationControl(base: control, principals: principals) : control
    }

    /// The guarantees of the adapter with a member on the same machine.
    ///
    /// etcd grants at least 2 s, and ends a lease within a second of its expiry. A watch waits at most 5 s before it
    /// connects again to a member that it has lost, and 10 s at first after a refusal.
    package static func bounds(of configuration: EtcdConfiguration) -> RegistryBounds {
        RegistryBounds(
            timeouts: .init(
                recovery: .seconds(10), credentialRecovery: .seconds(25),
                halfOpen: configuration.watchRenewalInterval + configuration.timeout + .seconds(3)),
            load: .init(services: 100))
    }

    /// The member's interface for clients.
    package var endpoint: BackendEndpoint? { BackendEndpoint(url: member.url) }

    /// The password of the harness and the passwords that it has created.
    package var secrets: [String] { [configuration.password?.reveal()].compactMap(\.self) + principals.secrets }

    /// go-micro's format in etcd.
    package var goMicro: (any GoMicroPeer)? { EtcdGoMicroPeer(member: member, prefix: configuration.prefix) }

    /// Writes records in transactions.
    package var peer: (any RegistryPeer)? { EtcdPeer(member: member, prefix: prefix) }

    /// Writes values that are not valid records.
    package var corrupter: (any RegistryCorrupter)? { EtcdCorrupter(member: member, prefix: prefix) }

    /// Counts the leases of the cluster and the watches of the member.
    package func resourceCounts() async throws -> ResourceCounts? {
        let leases = try await member.request("/v3/lease/leases", [:])["leases"] as? [EtcdMemberClient.JSON]
        return ResourceCounts(
            watches: try await member.metric("etcd_debugging_mvcc_watcher_total"), leases: leases?.count ?? 0)
    }

    /// See ``MicroConformance/RegistryHarness/makeClient(_:)``.
    package func makeClient(_ options: RegistryClientOptions) async throws -> any Registry {
        var configuration = configuration
        configuration.namespace = options.namespace
        configuration.timeout = options.timeout ?? configuration.timeout
        if let addresses = options.addresses { configuration.addresses = addresses.map { $0.url(like: endpoint) } }
        if options.credentials != .valid {
            let principal = try await principals.principal(for: options.credentials)
            (configuration.user, configuration.password) = (principal.user, principal.secret)
        }
        // The system's authorities do not include the backend's authority.
        if options.trust == .wrongAuthority { configuration.tls.certificateAuthorityFile = nil }
        return try EtcdRegistry(configuration: configuration, logger: options.logger)
    }

    private var prefix: @Sendable (String) -> String {
        let base = configuration.prefix.hasSuffix("/") ? String(configuration.prefix.dropLast()) : configuration.prefix
        return { $0.isEmpty ? "\(base)/" : "\(base)@\($0)/" }
    }
}
