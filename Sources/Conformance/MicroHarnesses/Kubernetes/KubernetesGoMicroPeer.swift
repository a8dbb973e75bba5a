// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore

/// Registers and looks up services as go-micro's Kubernetes plugin does: in labels and annotations of pods.
struct KubernetesGoMicroPeer: GoMicroPeer {
    let client: KubernetesClient

    private var pods: KubernetesPods { KubernetesPods(client: client) }

    func register(_ record: ServiceRecord) async throws {
        try await pods.create(
            podName(record), labels: ["micro.mu/type": "service", "micro.mu/selector-\(record.name)": "service"],
            annotations: ["micro.mu/service-\(record.name)": try EtcdGoMicroService.json(record.nodes[0], of: record)])
    }

    func deregister(_ record: ServiceRecord) async throws {
        let found = try await pods.list("micro.mu/selector-\(record.name)=service")
        guard found.contains(where: { name($0) == podName(record) }) else { return }
        try await pods.delete(podName(record))
    }

    func lookUp(_ name: String) async throws -> [ServiceRecord] {
        var records = GoMicroRecords()
        for pod in try await pods.list("micro.mu/selector-\(name)=service") {
            let status = pod["status"] as? KubernetesClient.JSON
            let metadata = pod["metadata"] as? KubernetesClient.JSON
            let annotations = metadata?["annotations"] as? KubernetesClient.JSON
            guard status?["phase"] as? String == "Running",
                let text = annotations?["micro.mu/service-\(name)"] as? String
            else { continue }
            let service = try JSONDecoder().decode(EtcdGoMicroService.self, from: Data(text.utf8))
            records.add(
                service.nodes.map { node in
                    let address = (try? Address(parsing: node.address)) ?? Address(host: node.address)
                    return Node(id: node.id, address: address.host, port: address.port, metadata: node.metadata ?? [:])
                },
                to: ServiceRecord(
                    name: service.name, version: service.version, metadata: service.metadata ?? [:],
                    endpoints: service.endpoints ?? []))
        }
        return records.sorted
    }

    private func podName(_ record: ServiceRecord) -> String { "go-micro-\(record.name.lowercased())" }

    private func name(_ pod: KubernetesClient.JSON) -> String? {
        (pod["metadata"] as? KubernetesClient.JSON)?["name"] as? String
    }
}
