// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore

/// A record with one node, as go-micro puts it into a value.
private struct GoMicroService: Codable {
    struct Instance: Codable {
        let id: String
        let address: String
        let port: Int?
        let metadata: [String: String]?
    }

    let name: String
    let version: String
    let metadata: [String: String]?
    let endpoints: [Endpoint]?
    let nodes: [Instance]

    init(_ node: Node, of record: ServiceRecord) {
        name = record.name
        version = record.version
        metadata = record.metadata.isEmpty ? nil : record.metadata
        endpoints = record.endpoints
        nodes = [
            Instance(
                id: node.id, address: "\(Address(node))", port: nil,
                metadata: node.metadata.isEmpty ? nil : node.metadata)
        ]
    }

    static func text(_ node: Node, of record: ServiceRecord) throws -> String {
        String(decoding: try JSONEncoder().encode(Self(node, of: record)), as: UTF8.self)
    }
}

/// Does at etcd what go-micro 1.18 does.
struct EtcdGoMicroPeer: GoMicroPeer {
    let member: EtcdMemberClient
    let prefix: String

    func register(_ record: ServiceRecord) async throws {
        for node in record.nodes {
            let lease = try await member.request("/v3/lease/grant", ["TTL": "60"])
            try await member.request(
                "/v3/kv/put",
                [
                    "key": key(record, node).base64, "value": try GoMicroService.text(node, of: record).base64,
                    "lease": lease["ID"] as? String ?? "",
                ])
        }
    }

    func deregister(_ record: ServiceRecord) async throws {
        for node in record.nodes { try await member.request("/v3/kv/deleterange", ["key": key(record, node).base64]) }
    }

    func lookUp(_ name: String) async throws -> [ServiceRecord] {
        let start = "\(prefix)\(name)/"
        let response = try await member.request(
            "/v3/kv/range", ["key": start.base64, "range_end": start.base64PrefixEnd])
        var records: [String: ServiceRecord] = [:]
        for entry in response["kvs"] as? [EtcdMemberClient.JSON] ?? [] {
            let value = (entry["value"] as? String).flatMap { Data(base64Encoded: $0) } ?? Data()
            guard let service = try? JSONDecoder().decode(GoMicroService.self, from: value) else { continue }
            let described = ServiceRecord(
                name: service.name, version: service.version, metadata: service.metadata ?? [:],
                endpoints: service.endpoints ?? [])
            records[service.version, default: described].nodes += service.nodes.map { (node) -> Node in
                // What go-micro dials is the address, whatever else there is.
                let address = (try? Address(parsing: node.address)) ?? Address(host: node.address)
                return Node(id: node.id, address: address.host, port: address.port, metadata: node.metadata ?? [:])
            }
        }
        return records.values.sorted { $0.version < $1.version }
    }

    private func key(_ record: ServiceRecord, _ node: Node) -> String {
        // go-micro's way; no name of the contract has a slash.
        "\(prefix)\(record.name)/\(node.id)"
    }
}

/// Puts and deletes many keys in one transaction.
struct EtcdPeer: RegistryPeer {
    let member: EtcdMemberClient
    let prefix: @Sendable (String) -> String

    func store(_ records: [ServiceRecord], in namespace: String) async throws {
        try await commit(records, namespace) { key, node, record in
            ["request_put": ["key": key, "value": try GoMicroService.text(node, of: record).base64]]
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
            try record.nodes.map { try operation("\(prefix(namespace))\(record.name)/\($0.id)".base64, $0, record) }
        }
        try await member.request("/v3/kv/txn", ["success": operations])
    }
}

/// Puts values that are no records.
struct EtcdCorrupter: RegistryCorrupter {
    let member: EtcdMemberClient
    let prefix: @Sendable (String) -> String

    func corrupt(_ service: String, in namespace: String) async throws {
        let values = [
            "cut": #"{"name":"\#(service)","version":"1","nodes":[{"id":"cut","addr"#, "empty": "", "list": "[]",
            "null": "null",
            "newer": #"{"name":"\#(service)","version":2,"nodes":{"newer":{"address":"10.0.0.1:80"}}}"#,
            "stranger": #"{"name":"other","version":"1","nodes":[{"id":"stranger","address":"10.0.0.1","port":1}]}"#,
            "address":
                #"{"name":"\#(service)","version":"1","nodes":[{"id":"address","address":"no address","port":1}]}"#,
            "port": #"{"name":"\#(service)","version":"1","nodes":[{"id":"port","address":"10.0.0.1","port":99999}]}"#,
            "sub/key": "{}",
        ]
        for (id, value) in values {
            try await member.request(
                "/v3/kv/put", ["key": "\(prefix(namespace))\(service)/\(id)".base64, "value": value.base64])
        }
    }

    func repair(_ service: String, in namespace: String) async throws {
        let start = prefix(namespace) + service + "/"
        try await member.request("/v3/kv/deleterange", ["key": start.base64, "range_end": start.base64PrefixEnd])
    }
}
