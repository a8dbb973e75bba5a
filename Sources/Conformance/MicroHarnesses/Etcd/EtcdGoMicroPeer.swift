// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore

/// Registers and looks up services in etcd in the format of go-micro 1.18.
struct EtcdGoMicroPeer: GoMicroPeer {
    let member: EtcdMemberClient
    let prefix: String

    func register(_ record: ServiceRecord) async throws {
        for node in record.nodes {
            let lease = try await member.request("/v3/lease/grant", ["TTL": "60"])
            try await member.request(
                "/v3/kv/put",
                [
                    "key": EtcdKey.base64(key(record, node)),
                    "value": EtcdKey.base64(try EtcdGoMicroService.json(node, of: record)),
                    "lease": lease["ID"] as? String ?? "",
                ])
        }
    }

    func deregister(_ record: ServiceRecord) async throws {
        for node in record.nodes {
            try await member.request("/v3/kv/deleterange", ["key": EtcdKey.base64(key(record, node))])
        }
    }

    func lookUp(_ name: String) async throws -> [ServiceRecord] {
        let response = try await member.request("/v3/kv/range", EtcdKey.range(prefix: "\(prefix)\(name)/"))
        var records = GoMicroRecords()
        for entry in response["kvs"] as? [EtcdMemberClient.JSON] ?? [] {
            let value = (entry["value"] as? String).flatMap { Data(base64Encoded: $0) } ?? Data()
            guard let service = try? JSONDecoder().decode(EtcdGoMicroService.self, from: value) else { continue }
            let nodes = service.nodes.map { (node) -> Node in
                // go-micro dials the address and ignores the port.
                let address = (try? Address(parsing: node.address)) ?? Address(host: node.address)
                return Node(id: node.id, address: address.host, port: address.port, metadata: node.metadata ?? [:])
            }
            records.add(
                nodes,
                to: ServiceRecord(
                    name: service.name, version: service.version, metadata: service.metadata ?? [:],
                    endpoints: service.endpoints ?? []))
        }
        return records.sorted
    }

    private func key(_ record: ServiceRecord, _ node: Node) -> String {
        // As go-micro does.
        "\(prefix)\(record.name)/\(node.id.replacing("/", with: "-"))"
    }
}
