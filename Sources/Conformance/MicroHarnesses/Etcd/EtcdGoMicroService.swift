// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// A record with one node in go-micro's JSON, the value of a key.
struct EtcdGoMicroService: Codable {
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

    static func json(_ node: Node, of record: ServiceRecord) throws -> String {
        String(decoding: try JSONEncoder().encode(Self(node, of: record)), as: UTF8.self)
    }
}
