// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import MicroCore

/// go-micro's JSON for a service with its nodes, as its registries for etcd and Kubernetes store it.
///
/// `{"name":"greeter","version":"latest","metadata":null,"endpoints":[…],"nodes":[{"id":…,"address":"10.0.0.1:9090","metadata":…}]}`
///
/// Before go-micro 1.18, the port is separate: `"address":"10.0.0.1","port":9090`.
package struct GoMicroRecord: Codable, Sendable {
    private struct Node: Codable, Sendable {
        var id: String
        /// Includes the port, as `10.0.0.1:9090`, unless ``port`` is present.
        let address: String
        /// 0 for none.
        let port: Int?
        let metadata: [String: String]?
    }

    private let name: String
    private let version: String?
    private let metadata: [String: String]?
    private let endpoints: [Endpoint]?
    private let nodes: [Node]

    /// The nodes of a service with its description.
    ///
    /// - Parameter separatePort: Whether the port is separate from the address.
    package init(_ service: ServiceRecord, separatePort: Bool = false) {
        name = service.name
        version = service.version
        metadata = service.metadata
        endpoints = service.endpoints
        nodes = service.nodes.map { node in
            let includesPort = node.port != nil && !separatePort
            return Node(
                id: node.id, address: includesPort ? "\(Address(node))" : node.address,
                port: includesPort ? nil : node.port ?? 0, metadata: node.metadata)
        }
    }

    /// A node with the description of its service.
    package init(_ node: MicroCore.Node, of service: ServiceRecord, separatePort: Bool = false) {
        var service = service
        service.nodes = [node]
        self.init(service, separatePort: separatePort)
    }

    /// The JSON. Equal records have equal bytes.
    package func encoded() throws -> [UInt8] { [UInt8](try JSONEncoder.stable.encode(self)) }

    /// Decodes JSON from an untrusted source.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` if it is not such a record.
    package init(reading json: [UInt8]) throws {
        do { self = try JSONDecoder().decode(Self.self, from: json) } catch {
            throw Self.invalid("its value is not a record's JSON")
        }
    }

    /// The record with one of its nodes.
    ///
    /// go-micro stores the service `a/b` under the key of `a-b`, so the names in the value are compared.
    ///
    /// - Parameters:
    ///   - expected: The name of the service.
    ///   - id: The ID of the node in the result.
    ///   - isNode: Whether an ID in the value is the ID of the node.
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` if it is the record of another service or node, or does not
    ///   fit the rules for records.
    package func service(
        named expected: String, node id: String, where isNode: (String) -> Bool
    ) throws -> ServiceRecord {
        guard name == expected, var node = nodes.first(where: { isNode($0.id) }) else {
            throw Self.invalid("its value belongs to another service or node")
        }
        node.id = id
        return try service(with: [node])
    }

    /// The record with all of its nodes.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` if it does not fit the rules for records.
    package func service() throws -> ServiceRecord { try service(with: nodes) }

    private func service(with nodes: [Node]) throws -> ServiceRecord {
        let record = ServiceRecord(
            name: name, version: version ?? "", metadata: metadata ?? [:], endpoints: endpoints ?? [],
            nodes: nodes.map { node in
                var address = Address(host: node.address, port: node.port == 0 ? nil : node.port)
                if node.port == nil, let parsed = try? Address(parsing: node.address) { address = parsed }
                return MicroCore.Node(
                    id: node.id, address: address.host, port: address.port, metadata: node.metadata ?? [:])
            })
        try record.validate()
        return record
    }

    private static func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: MicroError.Origin.registry)
    }
}
