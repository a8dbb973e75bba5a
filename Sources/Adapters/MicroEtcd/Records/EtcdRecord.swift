// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore

/// The value of a key: go-micro's JSON for a service with one node.
enum EtcdRecord {
    /// The JSON of a node with the description of its service, in the form that other users of the keys write.
    static func encoded(_ node: Node, of service: ServiceRecord, keys: EtcdKeys) throws -> [UInt8] {
        try GoMicroRecord(node, of: service, separatePort: keys.hasSeparatePorts).encoded()
    }

    // MARK: Reading

    /// The records of a service, grouped by version.
    ///
    /// Entries that violate the rules for records are skipped and logged.
    static func records(of name: String, in entries: [KeyValue], keys: EtcdKeys, logger: Logger) -> [ServiceRecord] {
        ServiceRecord.merging(
            entries.compactMap { storedNode($0, of: name, keys: keys, logger: logger)?.node })
    }

    /// Reads a value from an untrusted source. A value that violates the rules for records, or does not match its key,
    /// is skipped and logged.
    ///
    /// - Parameter name: The requested service; nil for all.
    static func storedNode(_ entry: KeyValue, of name: String?, keys: EtcdKeys, logger: Logger) -> (
        service: String, id: String, node: StoredNode
    )? {
        guard let (service, id, component) = keys.parse(entry.key), service == name ?? service else {
            logger.debug("record skipped", metadata: ["cause": "its key is not that of a node"])
            return nil
        }
        do {
            let record = try GoMicroRecord(reading: entry.value)
                .service(named: service, node: id) { keys.isComponent(component, ofID: $0) }
            let node = StoredNode(service: record, revision: UInt64(clamping: entry.modRevision))
            return (service, id, node)
        } catch {
            logger.debug("record skipped", metadata: ["service": "\(service)", "id": "\(id)", "cause": "\(error)"])
            return nil
        }
    }
}
