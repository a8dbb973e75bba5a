// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroKubernetes

/// An API server in a container.
struct KubernetesContainerBackend: ContainerBackend {
    let client: KubernetesClient

    init(_ client: KubernetesClient) { self.client = client }

    var url: String { client.url }

    func isServing() async -> Bool { await client.isReady() }

    /// A server that was restarted cannot continue a watch: its cache has no history.
    func compact(restart: () async throws -> Void) async throws { try await restart() }

    /// Deletes the Leases of all nodes.
    func revoke() async throws {
        try await client.deleteCollection(client.leases, selector: KubernetesNames.scopeLabel)
    }
}
