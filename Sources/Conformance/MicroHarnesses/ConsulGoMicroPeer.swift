// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore

/// Does at a Consul agent what go-micro 1.x does: packed tags written, plain and packed ones read.
struct ConsulGoMicroPeer: GoMicroPeer {
    private struct AgentServiceRegistration: Encodable {
        struct Check: Encodable {
            let ttl = "60s"
            let deregisterCriticalServiceAfter = "1m5s"

            enum CodingKeys: String, CodingKey {
                case ttl = "TTL"
                case deregisterCriticalServiceAfter = "DeregisterCriticalServiceAfter"
            }
        }

        let id: String
        let name: String
        let tags: [String]
        let port: Int
        let address: String
        let check = Check()

        enum CodingKeys: String, CodingKey {
            case id = "ID"
            case name = "Name"
            case tags = "Tags"
            case port = "Port"
            case address = "Address"
            case check = "Check"
        }
    }

    private struct ServiceEntry: Decodable {
        struct Node: Decodable {
            let address: String

            enum CodingKeys: String, CodingKey { case address = "Address" }
        }

        struct Service: Decodable {
            let id: String
            let address: String
            let port: Int
            let tags: [String]

            enum CodingKeys: String, CodingKey {
                case id = "ID"
                case address = "Address"
                case port = "Port"
                case tags = "Tags"
            }
        }

        struct Check: Decodable {
            let status: String

            enum CodingKeys: String, CodingKey { case status = "Status" }
        }

        let node: Node
        let service: Service
        let checks: [Check]

        enum CodingKeys: String, CodingKey {
            case node = "Node"
            case service = "Service"
            case checks = "Checks"
        }
    }

    let agent: ConsulAgentClient

    func register(_ record: ServiceRecord) async throws {
        for node in record.nodes {
            let registration = AgentServiceRegistration(
                id: node.id, name: record.name, tags: try tags(of: node, record), port: node.port ?? 0,
                address: node.address)
            try await agent.request(
                "PUT", "/v1/agent/service/register", body: [UInt8](try JSONEncoder().encode(registration)))
            // A new check is critical until its first pass.
            try await agent.request("PUT", "/v1/agent/check/pass/service:\(node.id)?note=")
        }
    }

    func deregister(_ record: ServiceRecord) async throws {
        for node in record.nodes { try await agent.deregister(node.id) }
    }

    func lookUp(_ name: String) async throws -> [ServiceRecord] {
        let entries = try agent.decode(
            [ServiceEntry].self, try await agent.request("GET", "/v1/health/service/\(name)?stale="))
        var records: [String: ServiceRecord] = [:]
        for entry in entries where !entry.checks.contains(where: { $0.status == "critical" }) {
            let tags = entry.service.tags
            guard let version = tags.lazy.compactMap({ content(of: $0, kind: "v") }).first else { continue }
            let node = Node(
                id: entry.service.id,
                address: entry.service.address.isEmpty ? entry.node.address : entry.service.address,
                port: entry.service.port == 0 ? nil : entry.service.port,
                metadata: values([String: String].self, "t", tags).reduce(into: [:]) { $0.merge($1) { $1 } })
            let described = ServiceRecord(
                name: name, version: version, endpoints: values(Endpoint.self, "e", tags))
            records[version, default: described].nodes.append(node)
        }
        return records.values.sorted { $0.version < $1.version }
    }

    private func tags(of node: Node, _ record: ServiceRecord) throws -> [String] {
        func compressed(_ value: some Encodable) throws -> String {
            GoMicroTagCodec.compressed(String(decoding: try JSONEncoder().encode(value), as: UTF8.self))
        }
        return try node.metadata.map { try "t-" + compressed([$0.key: $0.value]) }
            + record.endpoints.map { try "e-" + compressed($0) } + ["v-" + GoMicroTagCodec.compressed(record.version)]
    }

    private func values<Value: Decodable>(_ type: Value.Type, _ kind: Character, _ tags: [String]) -> [Value] {
        tags.compactMap { tag in
            content(of: tag, kind: kind).flatMap { try? JSONDecoder().decode(type, from: Data($0.utf8)) }
        }
    }

    private func content(of tag: String, kind: Character) -> String? {
        guard tag.first == kind else { return nil }
        let rest = tag.dropFirst()
        return switch rest.first {
        case "=": String(rest.dropFirst())
        case "-": GoMicroTagCodec.decompressed(rest.dropFirst())
        default: nil
        }
    }
}
