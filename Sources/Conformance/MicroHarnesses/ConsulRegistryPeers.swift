// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore

/// Writes to Consul's catalogue, on a node of its own: what belongs to an agent is written by that agent alone.
struct ConsulPeer: RegistryPeer {
    private struct TxnOp: Encodable {
        struct Node: Encodable {
            var verb = "set"
            let node: NodeValue

            enum CodingKeys: String, CodingKey {
                case verb = "Verb"
                case node = "Node"
            }
        }

        struct NodeValue: Encodable {
            let node: String
            var address = "10.0.0.9"

            enum CodingKeys: String, CodingKey {
                case node = "Node"
                case address = "Address"
            }
        }

        struct Service: Encodable {
            let verb: String
            let node: String
            let service: AgentService

            enum CodingKeys: String, CodingKey {
                case verb = "Verb"
                case node = "Node"
                case service = "Service"
            }
        }

        var node: Node?
        var service: Service?

        enum CodingKeys: String, CodingKey {
            case node = "Node"
            case service = "Service"
        }
    }

    let agent: ConsulAgentClient

    func store(_ records: [ServiceRecord], in namespace: String) async throws {
        let node = TxnOp(node: .init(node: .init(node: name(namespace))))
        try await commit([node] + (try services(records, "set", in: namespace)))
    }

    func remove(_ records: [ServiceRecord], from namespace: String) async throws {
        try await commit(try services(records, "delete", in: namespace))
        let node = TxnOp(node: .init(verb: "delete", node: .init(node: name(namespace))))
        try await commit([node])
    }

    private func name(_ namespace: String) -> String { "conformance-\(namespace)" }

    private func services(_ records: [ServiceRecord], _ verb: String, in namespace: String) throws -> [TxnOp] {
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

    private func commit(_ operations: [TxnOp]) async throws {
        try await agent.request("PUT", "/v1/txn", body: [UInt8](try JSONEncoder().encode(operations)))
    }
}

/// Registers service instances that are no nodes of the contract.
struct ConsulCorrupter: RegistryCorrupter {
    private struct ServiceRegistration: Encodable {
        let id: String
        let name: String
        let address: String

        enum CodingKeys: String, CodingKey {
            case id = "ID"
            case name = "Name"
            case address = "Address"
        }
    }

    let agent: ConsulAgentClient

    func corrupt(_ service: String, in namespace: String) async throws {
        for instance in instances(service, namespace) {
            try await agent.request(
                "PUT", "/v1/agent/service/register", body: [UInt8](try JSONEncoder().encode(instance)))
        }
    }

    func repair(_ service: String, in namespace: String) async throws {
        for instance in instances(service, namespace) { try await agent.deregister(instance.id) }
    }

    private func instances(_ service: String, _ namespace: String) -> [ServiceRegistration] {
        let name = "\(namespace)/\(service)"
        return [
            ServiceRegistration(id: "foreign-\(namespace)", name: name, address: "10.0.0.1"),
            ServiceRegistration(id: "\(namespace)/not a name", name: name, address: "10.0.0.1"),
            ServiceRegistration(id: "\(namespace)/address-\(namespace)", name: name, address: "not an address"),
        ]
    }
}
