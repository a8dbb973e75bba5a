// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

/// A version of a service in go-micro's JSON, as `micro register service` and the sidecar read it.
package struct ServiceDocument: Codable, Sendable {
    /// A node in go-micro's JSON.
    package struct NodeDocument: Codable, Sendable {
        package var id: String
        package var address: String
        package var port: Int?
        package var metadata: [String: String]?
    }

    package var name: String
    package var version: String?
    package var metadata: [String: String]?
    package var endpoints: [Endpoint]?
    package var nodes: [NodeDocument]?

    /// Creates a document without details.
    package init(name: String, version: String) {
        self.name = name
        self.version = version
    }

    /// Creates the document of a record.
    package init(_ record: ServiceRecord) {
        name = record.name
        version = record.version
        metadata = record.metadata
        endpoints = record.endpoints
        nodes = record.nodes.sorted { $0.id < $1.id }.map {
            NodeDocument(id: $0.id, address: $0.address, port: $0.port, metadata: $0.metadata)
        }
    }

    /// The record. An address with a port in it, as in go-micro v1.18, is divided.
    package var record: ServiceRecord {
        ServiceRecord(
            name: name, version: version ?? "", metadata: metadata ?? [:], endpoints: endpoints ?? [],
            nodes: (nodes ?? []).map { node in
                let whole = try? Address(parsing: node.address)
                let port = node.port.flatMap { $0 > 0 ? $0 : nil }
                return Node(
                    id: node.id, address: port == nil ? whole?.host ?? node.address : node.address,
                    port: port ?? whole?.port, metadata: node.metadata ?? [:])
            })
    }
}
