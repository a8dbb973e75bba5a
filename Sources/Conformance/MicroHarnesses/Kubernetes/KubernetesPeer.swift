// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore
import MicroKubernetes

/// Writes the Leases of several records concurrently, and deletes them with one request. Kubernetes has no
/// transactions.
struct KubernetesPeer: RegistryPeer {
    let client: KubernetesClient

    func store(_ records: [ServiceRecord], in namespace: String) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for record in records {
                for node in record.nodes {
                    let (name, object) = try KubernetesLease.object(node, of: record, in: namespace)
                    group.addTask { try await client.apply("\(client.leases)/\(name)", object) }
                }
            }
            try await group.waitForAll()
        }
    }

    func remove(_ records: [ServiceRecord], from namespace: String) async throws {
        let names = KubernetesNames(namespace: namespace)
        for record in records {
            try await client.deleteCollection(
                client.leases, selector: "\(KubernetesNames.nameLabel)=\(names.label(of: record.name))")
        }
    }
}
