// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore

/// The mapping of Consul's service instances to records.
enum ConsulRecord {
    /// The records of a service: its healthy instances (those without a critical check), grouped by version.
    ///
    /// What does not fit the rules for records is left out and logged.
    static func records(
        of name: String, in response: [ServiceEntry], namespace: ConsulNamespace, logger: Logger
    ) -> [ServiceRecord] {
        ServiceRecord.merging(
            response.compactMap { entry in
                entry.isHealthy ? storedNode(entry, of: name, namespace: namespace, logger: logger) : nil
            })
    }

    private static func storedNode(
        _ entry: ServiceEntry, of name: String, namespace: ConsulNamespace, logger: Logger
    ) -> StoredNode? {
        let service = entry.service
        guard let id = namespace.name(stored: service.id) else {
            logger.debug("record left out", metadata: ["service": "\(name)", "cause": "its ID is no node's of ours"])
            return nil
        }
        let tags = ConsulTags(reading: service.tags ?? []) { kind in
            logger.debug(
                "unreadable tag left out", metadata: ["service": "\(name)", "id": "\(id)", "kind": "\(kind)"])
        }
        let own = service.address ?? ""
        let port = service.port ?? 0
        let node = Node(
            id: id, address: own.isEmpty ? entry.node.address : own, port: port == 0 ? nil : port,
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
