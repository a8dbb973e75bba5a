// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// Creates and deletes pods for a cluster without kubelets: they never run, and their status is set manually.
struct KubernetesPods: Sendable {
    let client: KubernetesClient

    var path: String { "/api/v1/namespaces/\(client.namespace)/pods" }

    /// Creates a pod that is running according to its status.
    func create(
        _ name: String, labels: KubernetesClient.JSON = [:], annotations: KubernetesClient.JSON = [:]
    ) async throws {
        let metadata: KubernetesClient.JSON = ["name": name, "labels": labels, "annotations": annotations]
        let container: KubernetesClient.JSON = ["name": "service", "image": "service"]
        let spec: KubernetesClient.JSON = ["containers": [container]]
        try await client.request("POST", path, ["metadata": metadata, "spec": spec])
        let status: KubernetesClient.JSON = ["phase": "Running"]
        try await client.request(
            "PATCH", "\(path)/\(name)/status", ["status": status], contentType: "application/merge-patch+json")
    }

    /// Deletes a pod immediately.
    func delete(_ name: String) async throws {
        try await client.request("DELETE", "\(path)/\(name)?gracePeriodSeconds=0")
    }

    /// The pods that a label selector matches.
    func list(_ selector: String) async throws -> [KubernetesClient.JSON] {
        let encoded = selector.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return try await client.request("GET", "\(path)?labelSelector=\(encoded)")["items"] as? [KubernetesClient.JSON]
            ?? []
    }
}
