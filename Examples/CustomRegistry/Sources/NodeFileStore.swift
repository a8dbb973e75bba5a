// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import MicroCore

/// The files of a namespace: `<folder>/@<namespace>/<node ID>`.
///
/// An actor, because the operations of a client on a node must be serialized.
actor NodeFileStore {
    private let folder: URL
    private let logger: Logger
    private var isClosed = false
    /// The files whose skipping was logged. Each is logged once, because the folder is read many times per second.
    private var skipped: Set<String> = []

    init(folder: URL, namespace: String, logger: Logger) {
        self.folder = folder.appendingPathComponent("@\(namespace)", isDirectory: true)
        self.logger = logger
    }

    func close() { isClosed = true }

    /// Writes the files of a record's nodes. Returns whether at least one did not exist.
    func put(_ service: ServiceRecord, timeToLive: Duration?) throws -> Bool {
        try withRegistryErrors {
            let now = Date.now
            let expiry = timeToLive.map { now.addingTimeInterval($0 / .seconds(1)) }
            var created = false
            for node in service.nodes {
                var (single, old) = (service, NodeFile?.none)
                single.nodes = [node]
                // If the file does not exist, `ids()` creates the namespace's folder, or throws if its parent is
                // missing.
                do { old = try read(node.id) } catch CocoaError.fileReadNoSuchFile { _ = try ids() }
                if let expiry = old?.expiry, expiry <= now { old = nil }
                created = created || old == nil
                // All processes share the machine's clock, which therefore orders their registrations.
                let refreshed = old?.service == single ? old?.revision : nil
                let revision = refreshed ?? UInt64(max(0, now.timeIntervalSince1970) * 1_000_000)
                let new = try NodeFile(node, of: service, revision: revision, expiry: expiry).data()
                // Atomic, so that readers never see an incomplete file.
                try new.write(to: url(node.id), options: .atomic)
            }
            return created
        }
    }

    /// Removes the files of nodes that belong to a service.
    func remove(_ nodeIDs: [String], of service: String) throws {
        try withRegistryErrors {
            for id in nodeIDs {
                do {
                    if let file = try read(id), file.name != service { continue }
                    try FileManager.default.removeItem(at: url(id))
                } catch let error as CocoaError where [.fileNoSuchFile, .fileReadNoSuchFile].contains(error.code) {
                    _ = try ids()
                }
            }
        }
    }

    /// Returns the records of a service, or of all services for nil.
    func records(of name: String?) throws -> [ServiceRecord] {
        try withRegistryErrors {
            let (ids, now) = (try ids(), Date.now)
            skipped.formIntersection(ids)
            var stored: [String: [StoredNode]] = [:]
            for id in ids {
                try Task.checkCancellation()
                do {
                    guard let file = try read(id) else { continue }
                    if let expiry = file.expiry, expiry <= now {
                        // Removed a minute after expiry, so that it does not conflict with a delayed heartbeat.
                        if expiry < now - 60 { try? FileManager.default.removeItem(at: url(id)) }
                    } else if name == nil || name == file.name {
                        let node = StoredNode(service: file.service, revision: file.revision)
                        stored[file.name, default: []].append(node)
                    }
                } catch CocoaError.fileReadNoSuchFile {
                    // Removed since it was listed, or the folder is missing: listing it again throws in that case.
                    if try self.ids().contains(id) { throw CocoaError(.fileReadUnknown) }
                }
            }
            return stored.values.flatMap(ServiceRecord.merging)
        }
    }

    /// Reads a node's file. Returns nil for an invalid one, which is logged once.
    private func read(_ id: String) throws -> NodeFile? {
        let attributes = try FileManager.default.attributesOfItem(atPath: url(id).path)
        do {
            guard attributes[.type] as? FileAttributeType == .typeRegular,
                let size = attributes[.size] as? Int, size <= NodeFile.maxSize
            else { throw MicroError(.payloadTooLarge, "not a regular file, or larger than \(NodeFile.maxSize) bytes") }
            return try NodeFile(Data(contentsOf: url(id)), of: id)
        } catch let error where error is DecodingError || error is MicroError {
            if skipped.insert(id).inserted {
                logger.warning("skipped an invalid file", metadata: ["path": "\(url(id).path)", "cause": "\(error)"])
            }
            return nil
        }
    }

    /// Returns the IDs that have a file, in a stable order. It creates the folder of the namespace, and throws if its
    /// parent is missing.
    private func ids() throws -> [String] {
        let list = { [folder] in try FileManager.default.contentsOfDirectory(atPath: folder.path) }
        let names: [String]
        do { names = try list() } catch CocoaError.fileReadNoSuchFile {
            try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            names = try list()
        }
        return names.filter(NameRules.isName).sorted()
    }

    /// The URL of a node's file. By the rules for IDs, an ID is a safe file name. There is no suffix, because an ID of
    /// 253 bytes leaves no room for it.
    private func url(_ id: String) -> URL { folder.appendingPathComponent(id, isDirectory: false) }

    /// Runs the body and converts its errors to those of the contract.
    private func withRegistryErrors<Value>(_ body: () throws -> Value) throws -> Value {
        guard !isClosed else { throw MicroError(.closed, "the registry is closed", origin: MicroError.Origin.registry) }
        try Task.checkCancellation()
        do { return try body() } catch let error where error is MicroError || error is CancellationError {
            throw error
        } catch {
            throw MicroError(
                .unavailable, "cannot use the files in \(folder.path): \(error.localizedDescription)",
                origin: MicroError.Origin.registry, cause: error)
        }
    }
}
