// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroConformance
public import MicroCore
public import MicroEtcd

/// The etcd registry, put to the test on a member that runs already.
public struct EtcdRegistryHarness: RegistryHarness {
    /// What a reader of a report is told; the version of etcd is the one that the member tells.
    public let subject: TestSubject
    /// What the adapter keeps with a member on the same machine.
    public let bounds: RegistryBounds
    /// The credentials that clients can be made with: all, if the user of the harness may make others.
    public let credentials: Set<CredentialKind>
    /// The hook to the server, if the caller has one: nobody stops a server because he knows its address.
    public let control: (any BackendControl)?

    private let configuration: EtcdConfiguration
    private let member: EtcdMemberClient
    private let principals: EtcdPrincipals

    /// Creates a harness, and asks the member for its version: one that is not there is noticed here, not in every case.
    ///
    /// - Throws: ``MicroCore/MicroError`` that names the address.
    public init(
        _ configuration: EtcdConfiguration = .init(), bounds: RegistryBounds? = nil,
        control: (any BackendControl)? = nil
    ) async throws {
        self.configuration = configuration
        self.bounds = bounds ?? Self.bounds(of: configuration)
        // The adapter knows what is a valid configuration.
        await (try EtcdRegistry(configuration: configuration, logger: .silent)).close()
        let member = EtcdMemberClient(configuration)
        let principals = EtcdPrincipals(member: member)
        self.member = member
        self.principals = principals
        subject = TestSubject(
            adapter: "EtcdRegistry", adapterVersion: SwiftMicro.version, backend: "etcd",
            backendVersion: try await member.version())
        let canCreateCredentials = configuration.user == nil ? false : await principals.canCreateCredentials()
        credentials = canCreateCredentials ? Set(CredentialKind.allCases) : [.valid]
        self.control =
            canCreateCredentials
            ? CredentialRevocationControl(base: control) { try await principals.revoke() } : control
    }

    /// What the adapter keeps with a member on the same machine. etcd grants two seconds to who asks for one, and ends a
    /// lease within a second of its time; a watch waits 5 s at most before it asks a lost member again, and 10 s at first
    /// after a refusal.
    public static func bounds(of configuration: EtcdConfiguration) -> RegistryBounds {
        RegistryBounds(
            timeouts: .init(
                recovery: .seconds(10), credentialRecovery: .seconds(25),
                halfOpen: configuration.watchRenewalInterval + configuration.timeout + .seconds(3)),
            load: .init(services: 100))
    }

    /// The member's interface for clients.
    public var endpoint: BackendEndpoint? { BackendEndpoint(url: member.url) }

    /// The password of the harness, and those that it has made.
    public var secrets: [String] { [configuration.password?.reveal()].compactMap(\.self) + principals.secrets }

    /// go-micro, as far as etcd can tell.
    public var goMicro: (any GoMicroPeer)? { EtcdGoMicroPeer(member: member, prefix: configuration.prefix) }

    /// Transactions.
    public var peer: (any RegistryPeer)? { EtcdPeer(member: member, prefix: prefix) }

    /// Values that are no records.
    public var corrupter: (any RegistryCorrupter)? { EtcdCorrupter(member: member, prefix: prefix) }

    /// The leases of the cluster, and the watches of the member.
    public func resourceCounts() async throws -> ResourceCounts? {
        let leases = try await member.request("/v3/lease/leases", [:])["leases"] as? [EtcdMemberClient.JSON]
        return ResourceCounts(
            watches: try await member.metric("etcd_debugging_mvcc_watcher_total"), leases: leases?.count ?? 0)
    }

    /// See ``MicroConformance/RegistryHarness/makeClient(_:)``.
    public func makeClient(_ options: RegistryClientOptions) async throws -> any Registry {
        var configuration = configuration
        configuration.namespace = options.namespace
        configuration.timeout = options.timeout ?? configuration.timeout
        if let addresses = options.addresses { configuration.addresses = addresses.map { $0.url(like: endpoint) } }
        if options.credentials != .valid {
            let login = try await principals.login(for: options.credentials)
            (configuration.user, configuration.password) = (login.user, login.password)
        }
        // That of the backend is not among the system's.
        if options.trust == .wrongAuthority { configuration.tls.certificateAuthorityFile = nil }
        return try EtcdRegistry(configuration: configuration, logger: options.logger)
    }

    private var prefix: @Sendable (String) -> String {
        let base = configuration.prefix.hasSuffix("/") ? String(configuration.prefix.dropLast()) : configuration.prefix
        return { $0.isEmpty ? "\(base)/" : "\(base)@\($0)/" }
    }
}
