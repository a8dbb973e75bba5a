// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
package import MicroConformance
package import MicroCore
package import MicroKubernetes

/// The harness of the Kubernetes registry, for an API server that is already running.
package struct KubernetesRegistryHarness: RegistryHarness {
    /// The adapter and the API server, with its version.
    package let subject: TestSubject
    /// The guarantees of the adapter with an API server on the same machine.
    package let bounds: RegistryBounds
    /// The credentials of clients: all kinds if the harness's user may create service accounts, otherwise only valid ones.
    package let credentials: Set<CredentialKind>
    /// The control that the caller provides. An address alone does not allow stopping a server.
    package let control: (any BackendControl)?

    private let configuration: KubernetesConfiguration
    private let client: KubernetesClient
    private let principals: KubernetesPrincipals

    /// Creates a harness and reads the server's version, so that a missing server fails here rather than in every case.
    ///
    /// With go-micro's pods and without the name of a pod, it creates a pod, which is not deleted.
    ///
    /// - Throws: ``MicroCore/MicroError`` with the address.
    package init(
        _ configuration: KubernetesConfiguration, bounds: RegistryBounds? = nil, control: (any BackendControl)? = nil
    ) async throws {
        var configuration = configuration
        let client = KubernetesClient(configuration)
        if configuration.goMicroPods, configuration.podName == nil {
            let pod = "conformance-\(UUID().uuidString.lowercased())"
            try await KubernetesPods(client: client).create(pod)
            configuration.podName = pod
        }
        self.configuration = configuration
        self.bounds = bounds ?? Self.bounds(of: configuration)
        // The adapter validates the configuration.
        await (try KubernetesRegistry(configuration: configuration, logger: .silent)).close()
        let principals = KubernetesPrincipals(client: client)
        self.client = client
        self.principals = principals
        subject = TestSubject(
            adapter: "KubernetesRegistry", adapterVersion: SwiftMicro.version, backend: "Kubernetes",
            backendVersion: try await client.version())
        let canCreatePrincipals = await principals.canCreatePrincipals()
        credentials = canCreatePrincipals ? Set(CredentialKind.allCases) : [.valid]
        self.control =
            canCreatePrincipals ? CredentialRevocationControl(base: control, principals: principals) : control
    }

    /// The guarantees of the adapter with an API server on the same machine.
    ///
    /// The server's clock is known with a precision of one second. A dead connection is detected when the server should
    /// have ended the watch, and the state is stale when the next list has failed.
    package static func bounds(of configuration: KubernetesConfiguration) -> RegistryBounds {
        RegistryBounds(
            expiry: .init(granularity: .seconds(1)),
            timeouts: .init(
                recovery: .seconds(15), credentialRecovery: .seconds(25),
                halfOpen: configuration.watchRenewalInterval + configuration.timeout * 2 + .seconds(3)),
            load: .init(services: 100))
    }

    /// The API server.
    package var endpoint: BackendEndpoint? { BackendEndpoint(url: client.url) }

    /// The token of the harness and the tokens that it has created.
    package var secrets: [String] { [configuration.token?.reveal()].compactMap(\.self) + principals.secrets }

    /// go-micro's pods, if the configuration includes them.
    package var goMicro: (any GoMicroPeer)? {
        configuration.goMicroPods ? KubernetesGoMicroPeer(client: client) : nil
    }

    /// Writes Leases.
    package var peer: (any RegistryPeer)? { KubernetesPeer(client: client) }

    /// Writes Leases that are not valid records.
    package var corrupter: (any RegistryCorrupter)? { KubernetesCorrupter(client: client) }

    /// Counts the Leases of nodes, and the watches of Leases at the server.
    package func resourceCounts() async throws -> ResourceCounts? {
        let list = try await client.request("GET", "\(client.leases)?labelSelector=swift-micro%2Fscope")
        let metrics = try await client.metrics()
        let watches = metrics.split(separator: "\n").first {
            $0.hasPrefix("apiserver_registered_watchers{") && $0.contains(#"kind="Lease""#)
        }
        let count = watches?.split(separator: " ").last.flatMap { Double($0) }
        return ResourceCounts(watches: count.map { Int($0) }, leases: (list["items"] as? [any Sendable])?.count ?? 0)
    }

    /// See ``MicroConformance/RegistryHarness/makeClient(_:)``.
    package func makeClient(_ options: RegistryClientOptions) async throws -> any Registry {
        var configuration = configuration
        configuration.namespace = options.namespace
        configuration.timeout = options.timeout ?? configuration.timeout
        if let addresses = options.addresses { configuration.addresses = addresses.map { $0.url(like: endpoint) } }
        if options.credentials != .valid {
            configuration.token = try await principals.principal(for: options.credentials).secret
            (configuration.tls.certificateFile, configuration.embeddedTLS.certificate) = (nil, nil)
        }
        // The system's authorities do not include the backend's authority.
        if options.trust == .wrongAuthority {
            (configuration.tls.certificateAuthorityFile, configuration.embeddedTLS.certificateAuthorities) = (nil, nil)
        }
        if options.linearizableReads { configuration.consistency = .linearizable }
        return try KubernetesRegistry(configuration: configuration, logger: options.logger)
    }
}
