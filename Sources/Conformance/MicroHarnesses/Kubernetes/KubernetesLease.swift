// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroKubernetes

/// The Lease of a node, written without the adapter.
enum KubernetesLease {
    /// A Lease with any record.
    static func object(
        _ name: String, of service: String, in namespace: String, record: String?, spec: KubernetesClient.JSON = [:]
    ) -> KubernetesClient.JSON {
        let names = KubernetesNames(namespace: namespace)
        let labels: KubernetesClient.JSON = [
            KubernetesNames.scopeLabel: names.scope, KubernetesNames.nameLabel: names.label(of: service),
        ]
        let annotations: KubernetesClient.JSON = record.map { ["swift-micro/record": $0] } ?? [:]
        let metadata: KubernetesClient.JSON = ["name": name, "labels": labels, "annotations": annotations]
        return ["apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec]
    }

    /// The Lease of a node that never expires.
    static func object(
        _ node: Node, of record: ServiceRecord, in namespace: String
    ) throws -> (name: String, object: KubernetesClient.JSON) {
        let name = KubernetesNames(namespace: namespace).leaseName(ofNode: node.id)
        let json = try EtcdGoMicroService.json(node, of: record)
        return (name, object(name, of: record.name, in: namespace, record: json))
    }
}
