// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore

/// Writes and deletes the keys of several records in one transaction.
struct EtcdPeer: RegistryPeer {
    let member: EtcdMemberClient
    let prefix: @Sendable (String) -> String

    func store(_ records: [ServiceRecord], in namespace: String) async throws {
        try await commit(records, namespace) { key, node, record in
            let value = EtcdKey.base64(try EtcdGoMicroService.json(node, of: record))
            return ["request_put": ["key": key, "value": value]]
        }
    }

    func remove(_ records: [ServiceRecord], from namespace: String) async throws {
        try await commit(records, namespace) { key, _, _ in ["request_delete_range": ["key": key]] }
    }

    private func commit(
        _ records: [ServiceRecord], _ namespace: String,
        _ operation: (String, Node, ServiceRecord) throws -> EtcdMemberClient.JSON
    ) async throws {
        let operations = try records.flatMap { record in
            try record.nodes.map { node in
                try operation(EtcdKey.base64("\(prefix(namespace))\(record.name)/\(node.id)"), node, record)
            }
        }
        try await member.request("/v3/kv/txn", ["success": operations])
    }
}
