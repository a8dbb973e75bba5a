// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore

/// Writes records to Consul's catalog on a separate node, because only an agent writes the services of its node.
struct ConsulPeer: RegistryPeer {
    let agent: ConsulAgentClient

    func store(_ records: [ServiceRecord], in namespace: String) async throws {
        try await commit([nodeOperation("set", namespace)] + (try serviceOperations(records, "set", namespace)))
    }

    func remove(_ records: [ServiceRecord], from namespace: String) async throws {
        try await commit(try serviceOperations(records, "delete", namespace))
        try await commit([nodeOperation("delete", namespace)])
    }

    private func name(_ namespace: String) -> String { "conformance-\(namespace)" }

    private func nodeOperation(_ verb: String, _ namespace: String) -> TxnOp {
        TxnOp(node: .init(verb: verb, node: .init(node: name(namespace))))
    }

    private func serviceOperations(
        _ records: [ServiceRecord], _ verb: String, _ namespace: String
    ) throws -> [TxnOp] {
        try records.flatMap { record in
            try record.nodes.map { node in
                TxnOp(
                    service: .init(
                        verb: verb, node: name(namespace),
                        service: AgentService(
                            id: "\(namespace)/\(node.id)", service: "\(namespace)/\(record.name)",
                            tags: try tags(of: node, record), address: node.address, port: node.port ?? 0)))
            }
        }
    }

    private func tags(of node: Node, _ record: ServiceRecord) throws -> [String] {
        func json(_ value: some Encodable) throws -> String {
            String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
        }
        return try ["v=\(record.version)"] + node.metadata.map { "t=" + (try json([$0.key: $0.value])) }
            + record.metadata.map { "s=" + (try json([$0.key: $0.value])) }
            + record.endpoints.map { "e=" + (try json($0)) }
    }

    private func commit(_ operations: [TxnOp]) async throws { try await agent.put("/v1/txn", operations) }
}
