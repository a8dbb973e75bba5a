// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// The contents of a node's file: the node, and the description of its service.
struct NodeFile: Codable {
    struct Instance: Codable {
        var id: String
        var address: String
        var port: Int?
        var metadata: [String: String]
    }

    /// The maximum size of a file, in bytes. The largest valid record fits, even if JSON escapes every character.
    static let maxSize = 2 * 1024 * 1024

    var name: String
    var version: String
    var metadata: [String: String]
    var endpoints: [Endpoint]
    var node: Instance
    /// The position in the order of registrations; a heartbeat keeps it.
    var revision: UInt64
    /// The time of expiry; nil if the node does not expire.
    var expiry: Date?

    /// The record with only this node.
    var service: ServiceRecord {
        let node = Node(id: node.id, address: node.address, port: node.port, metadata: node.metadata)
        return ServiceRecord(name: name, version: version, metadata: metadata, endpoints: endpoints, nodes: [node])
    }
}

extension NodeFile {
    init(_ node: Node, of service: ServiceRecord, revision: UInt64, expiry: Date?) {
        let node = Instance(id: node.id, address: node.address, port: node.port, metadata: node.metadata)
        self.init(
            name: service.name, version: service.version, metadata: service.metadata, endpoints: service.endpoints,
            node: node, revision: revision, expiry: expiry)
    }

    /// Parses and validates a file's contents, which any process may have written.
    init(_ data: Data, of id: String) throws {
        self = try JSONDecoder().decode(NodeFile.self, from: data)
        try service.validate()
        guard node.id == id else { throw MicroError(.invalidArgument, "the file contains another node: \(node.id)") }
    }

    func data() throws -> Data {
        let data = try JSONEncoder().encode(self)
        guard data.count <= Self.maxSize else {
            throw MicroError(
                .payloadTooLarge, "the file of node \(node.id) has \(data.count) bytes, the limit is \(Self.maxSize)",
                origin: MicroError.Origin.registry)
        }
        return data
    }
}
