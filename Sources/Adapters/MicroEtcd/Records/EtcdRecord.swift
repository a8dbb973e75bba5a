// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
import Logging
import MicroCore

/// The value of a key: go-micro's JSON for a service with one node.
///
/// `{"name":"greeter","version":"latest","metadata":null,"endpoints":[…],"nodes":[{"id":…,"address":"10.0.0.1:9090","metadata":…}]}`
///
/// Under the keys of go-micro's etcd plugin of version 1, the port is separate: `"address":"10.0.0.1","port":9090`.
struct EtcdRecord: Codable, Sendable {
    struct Node: Codable, Sendable {
        let id: String
        /// Includes the port, as `10.0.0.1:9090`, unless ``port`` is present.
        let address: String
        /// 0 for none.
        let port: Int?
        let metadata: [String: String]?
    }

    let name: String
    let version: String?
    let metadata: [String: String]?
    let endpoints: [Endpoint]?
    let nodes: [Node]

    /// A node with the description of its service, in the form that other users of the keys write.
    init(_ node: MicroCore.Node, of service: ServiceRecord, keys: EtcdKeys) {
        name = service.name
        version = service.version
        metadata = service.metadata
        endpoints = service.endpoints
        let includesPort = node.port != nil && !keys.hasSeparatePorts
        nodes = [
            Node(
                id: node.id, address: includesPort ? "\(Address(node))" : node.address,
                port: includesPort ? nil : node.port ?? 0,
                metadata: node.metadata)
        ]
    }

    /// The JSON. Equal records have equal bytes.
    func encoded() throws -> [UInt8] { [UInt8](try JSONEncoder.stable.encode(self)) }

    // MARK: Reading

    /// The records of a service, grouped by version.
    ///
    /// Entries that do not fit the rules for records are skipped and logged.
    static func records(of name: String, in entries: [KeyValue], keys: EtcdKeys, logger: Logger) -> [ServiceRecord] {
        ServiceRecord.merging(
            entries.compactMap { storedNode($0, of: name, keys: keys, logger: logger)?.node })
    }

    /// Reads a value of any origin. One that does not fit the rules for records, or its own key, is skipped and logged.
    ///
    /// - Parameter name: The requested service; nil for all.
    static func storedNode(_ entry: KeyValue, of name: String?, keys: EtcdKeys, logger: Logger) -> (
        service: String, id: String, node: StoredNode
    )? {
        guard let (service, id) = keys.parse(entry.key), service == name ?? service else {
            logger.debug("record skipped", metadata: ["cause": "its key is not that of a node"])
            return nil
        }
        do {
            let record = try JSONDecoder().decode(EtcdRecord.self, from: Data(entry.value))
            let node = StoredNode(
                service: try record.service(named: service, id), revision: UInt64(clamping: entry.modRevision))
            return (service, id, node)
        } catch {
            let cause = error is DecodingError ? "its value is not a record's JSON" : "\(error)"
            logger.debug("record skipped", metadata: ["service": "\(service)", "id": "\(id)", "cause": "\(cause)"])
            return nil
        }
    }

    /// The record with the node of the key.
    ///
    /// go-micro stores the service `a/b` under the key of `a-b`: the names in the value decide.
    private func service(named key: String, _ id: String) throws -> ServiceRecord {
        guard name == key, let node = nodes.first(where: { $0.id == id }) else {
            throw MicroError(
                .invalidArgument, "its value belongs to another service or node", origin: MicroError.Origin.registry)
        }
        var address = Address(host: node.address, port: node.port == 0 ? nil : node.port)
        if node.port == nil, let parsed = try? Address(parsing: node.address) { address = parsed }
        let record = ServiceRecord(
            name: name, version: version ?? "", metadata: metadata ?? [:], endpoints: endpoints ?? [],
            nodes: [
                MicroCore.Node(id: id, address: address.host, port: address.port, metadata: node.metadata ?? [:])
            ])
        try record.validate()
        return record
    }
}
