// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore

/// Registers and looks up services at a Consul agent in the format of go-micro 1.x: it writes compressed tags, and reads
/// plain and compressed tags.
struct ConsulGoMicroPeer: GoMicroPeer {
    let agent: ConsulAgentClient

    func register(_ record: ServiceRecord) async throws {
        for node in record.nodes {
            try await agent.put(
                "/v1/agent/service/register",
                AgentServiceRegistration(
                    id: node.id, name: record.name, tags: try tags(of: node, record), address: node.address,
                    port: node.port ?? 0, check: .init(deregisterCriticalServiceAfter: "1m5s")))
            // A new check is critical until it passes for the first time.
            let id = node.id.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? node.id
            try await agent.request("PUT", "/v1/agent/check/pass/service:\(id)?note=")
        }
    }

    func deregister(_ record: ServiceRecord) async throws {
        for node in record.nodes { try await agent.deregister(node.id) }
    }

    func lookUp(_ name: String) async throws -> [ServiceRecord] {
        let entries = try agent.decode(
            [HealthServiceEntry].self, try await agent.request("GET", "/v1/health/service/\(name)?stale="))
        var records = GoMicroRecords()
        for entry in entries where !entry.checks.contains(where: { $0.status == "critical" }) {
            let tags = entry.service.tags
            guard let version = tags.lazy.compactMap({ content(of: $0, kind: "v") }).first else { continue }
            let node = Node(
                id: entry.service.id,
                address: entry.service.address.isEmpty ? entry.node.address : entry.service.address,
                port: entry.service.port == 0 ? nil : entry.service.port,
                metadata: values([String: String].self, "t", tags).reduce(into: [:]) { $0.merge($1) { $1 } })
            records.add(
                [node],
                to: ServiceRecord(name: name, version: version, endpoints: values(Endpoint.self, "e", tags)))
        }
        return records.sorted
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

    /// The content of a tag of a kind: plain after `=`, compressed after `-`.
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
