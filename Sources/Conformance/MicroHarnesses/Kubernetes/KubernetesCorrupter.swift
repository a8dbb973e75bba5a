// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore
import MicroKubernetes

/// Writes Leases that are not valid records.
struct KubernetesCorrupter: RegistryCorrupter {
    let client: KubernetesClient

    func corrupt(_ service: String, in namespace: String) async throws {
        let records: [String: String?] = [
            "truncated": #"{"name":"\#(service)","version":"1","nodes":[{"id":"truncated","addr"#,
            "empty": "", "list": "[]", "none": nil,
            "newer": #"{"name":"\#(service)","version":2,"nodes":{"newer":{"address":"10.0.0.1:80"}}}"#,
            "other": #"{"name":"\#(service)","version":"1","nodes":[{"id":"other","address":"10.0.0.1:1"}]}"#,
        ]
        for (id, record) in records { try await store(id, of: service, in: namespace, record: record) }
        try await store(
            "zlib", of: service, in: namespace, record: nil, spec: ["holderIdentity": "z:eJwDAAAAAAE=garbage"])
        // These have the names of their nodes, so that each has only one defect.
        let names = KubernetesNames(namespace: namespace)
        try await store(
            "port", at: names.leaseName(ofNode: "port"), of: service, in: namespace,
            record: #"{"name":"\#(service)","version":"1","nodes":[{"id":"port","address":"10.0.0.1","port":99999}]}"#)
        try await store(
            "time", at: names.leaseName(ofNode: "time"), of: service, in: namespace,
            record: #"{"name":"\#(service)","version":"1","nodes":[{"id":"time","address":"10.0.0.1:1"}]}"#,
            spec: ["leaseDurationSeconds": 30])
    }

    func repair(_ service: String, in namespace: String) async throws {
        let label = KubernetesNames(namespace: namespace).label(of: service)
        try await client.deleteCollection(client.leases, selector: "\(KubernetesNames.nameLabel)=\(label)")
    }

    private func store(
        _ id: String, at leaseName: String? = nil, of service: String, in namespace: String, record: String?,
        spec: KubernetesClient.JSON = [:]
    ) async throws {
        let name = leaseName ?? "\(service)-\(id)-\(namespace.lowercased())"
        try await client.apply(
            "\(client.leases)/\(name)",
            KubernetesLease.object(name, of: service, in: namespace, record: record, spec: spec))
    }
}
