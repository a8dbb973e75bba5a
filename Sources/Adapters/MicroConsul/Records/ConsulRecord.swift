// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore

/// Converts between records and Consul's service instances.
enum ConsulRecord {
    // MARK: Writing

    /// The registration of a node with the description of its service.
    ///
    /// - Throws: An error of the JSON encoder; none for a validated record.
    static func registration(
        of node: Node, of service: ServiceRecord, namespace: ConsulNamespace, timeToLive: Duration?
    ) throws -> AgentServiceRegistration {
        let (name, port) = (namespace.stored(service.name), node.port ?? 0)
        let tags = try ConsulTags(
            version: service.version, metadata: service.metadata, endpoints: service.endpoints,
            nodeMetadata: node.metadata
        ).encoded()
        let digest = ConsulDigest.of(name: name, address: node.address, port: port, tags: tags)
        return AgentServiceRegistration(
            id: namespace.storedID(ofNode: node.id), name: name, tags: tags, address: node.address, port: port,
            check: timeToLive.map { check(timeToLive: $0, digest: digest) })
    }

    private static func check(
        timeToLive: Duration, digest: String
    ) -> AgentServiceRegistration.AgentServiceCheck {
        // As in go-micro: the time to live plus 5 s, and at least 65 s, because Consul's minimum is one minute.
        let removal = max(timeToLive + .seconds(5), .seconds(65))
        return AgentServiceRegistration.AgentServiceCheck(
            ttl: "\(timeToLive.milliseconds)ms", notes: digest,
            deregisterCriticalServiceAfter: "\(removal.milliseconds)ms")
    }

    // MARK: Reading

    /// The records of a service: its healthy instances (those without a critical check), grouped by version.
    ///
    /// Instances that do not fit the rules for records are skipped and logged.
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
        guard let id = namespace.nodeID(stored: service.id) else {
            logger.debug("record skipped", metadata: ["service": "\(name)", "cause": "its ID is too long"])
            return nil
        }
        let tags = ConsulTags(reading: service.tags ?? []) { kind in
            logger.debug(
                "unreadable tag skipped", metadata: ["service": "\(name)", "id": "\(id)", "kind": "\(kind)"])
        }
        let address = service.address ?? ""
        let port = service.port ?? 0
        let node = Node(
            id: id, address: address.isEmpty ? entry.node.address : address, port: port == 0 ? nil : port,
            metadata: tags.nodeMetadata)
        let record = ServiceRecord(
            name: name, version: tags.version, metadata: tags.metadata, endpoints: tags.endpoints, nodes: [node])
        do { try record.validate() } catch {
            logger.debug("record skipped", metadata: ["service": "\(name)", "cause": "\(error)"])
            return nil
        }
        return StoredNode(service: record, revision: service.modifyIndex ?? 0)
    }
}

extension ServiceEntry {
    /// Whether no check is critical.
    fileprivate var isHealthy: Bool { !checks.contains { $0.status == "critical" } }
}

extension Duration {
    /// Whole milliseconds, rounded up, for a duration of at most a few years.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
