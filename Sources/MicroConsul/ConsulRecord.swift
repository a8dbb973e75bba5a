// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore

/// One element of `GET /v1/health/service/:service`
/// ([Consul's documentation](https://developer.hashicorp.com/consul/api-docs/health#list-service-instances-for-service)).
struct ConsulHealth: Decodable, Sendable {
    struct Node: Decodable, Sendable {
        let address: String

        enum CodingKeys: String, CodingKey { case address = "Address" }
    }

    struct Service: Decodable, Sendable {
        let id: String
        let name: String
        let tags: [String]?
        let address: String?
        let port: Int?
        let modifyIndex: UInt64?

        enum CodingKeys: String, CodingKey {
            case id = "ID"
            case name = "Service"
            case tags = "Tags"
            case address = "Address"
            case port = "Port"
            case modifyIndex = "ModifyIndex"
        }
    }

    struct Check: Decodable, Sendable {
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

/// The mapping of Consul's service instances to records.
enum ConsulRecord {
    /// The records of a service: its healthy instances (those without a critical check), grouped by version.
    ///
    /// What does not fit the rules for records is left out and logged.
    static func records(of name: String, in answer: [ConsulHealth], logger: Logger) -> [ServiceRecord] {
        ServiceRecord.merging(
            answer.compactMap { entry in
                guard !entry.checks.contains(where: { $0.status == "critical" }) else { return nil }
                return storedNode(entry, of: name, logger: logger)
            })
    }

    private static func storedNode(_ entry: ConsulHealth, of name: String, logger: Logger) -> StoredNode? {
        let service = entry.service
        let tags = ConsulTags(reading: service.tags ?? []) { kind in
            logger.debug("unreadable tag left out", metadata: ["service": "\(name)", "id": "\(service.id)", "kind": "\(kind)"])
        }
        let own = service.address ?? ""
        let port = service.port ?? 0
        let node = Node(
            id: service.id, address: own.isEmpty ? entry.node.address : own, port: port == 0 ? nil : port,
            metadata: tags.nodeMetadata)
        let record = ServiceRecord(
            name: name, version: tags.version, metadata: tags.metadata, endpoints: tags.endpoints, nodes: [node])
        do { try record.validate() } catch {
            logger.debug("record left out", metadata: ["service": "\(name)", "cause": "\(error)"])
            return nil
        }
        return StoredNode(service: record, revision: service.modifyIndex ?? 0)
    }
}
