// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// What is in the file of a node: the node, with the description of its service that came with it.
struct NodeFile: Codable {
    struct Instance: Codable {
        var id: String
        var address: String
        var port: Int?
        var metadata: [String: String]
    }

    /// The largest file that is written or read. The largest record fits, however much of it JSON has to escape.
    static let maxSize = 2 * 1024 * 1024

    var name: String
    var version: String
    var metadata: [String: String]
    var endpoints: [Endpoint]
    var node: Instance
    /// The order of registrations; a refresh keeps it.
    var revision: UInt64
    /// Nil for never.
    var expiry: Date?

    /// The record with this node alone.
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

    /// Reads what anybody may have written; throws what is wrong with it.
    init(_ data: Data, of id: String) throws {
        self = try JSONDecoder().decode(NodeFile.self, from: data)
        try service.validate()
        guard node.id == id else { throw MicroError(.invalidArgument, "it holds the node \(node.id)") }
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
