// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import MicroCore

/// The files of one namespace: `<folder>/@<namespace>/<ID of a node>`.
///
/// An actor, since the operations of one client on one node have to come one after the other.
actor NodeFileStore {
    private let folder: URL
    private let logger: Logger
    private var isClosed = false
    /// What was logged already: the folder is read many times a second.
    private var skipped: Set<String> = []

    init(folder: URL, namespace: String, logger: Logger) {
        self.folder = folder.appendingPathComponent("@\(namespace)", isDirectory: true)
        self.logger = logger
    }

    func close() { isClosed = true }

    /// Writes the files of a record's nodes; tells whether at least one was not there.
    func put(_ service: ServiceRecord, timeToLive: Duration?) throws -> Bool {
        try withRegistryErrors {
            let now = Date.now
            let expiry = timeToLive.map { now.addingTimeInterval($0 / .seconds(1)) }
            var created = false
            for node in service.nodes {
                var (single, old) = (service, NodeFile?.none)
                single.nodes = [node]
                // Without a file there may be no folder for it yet, or no folder at all: the list sees to it.
                do { old = try read(node.id) } catch CocoaError.fileReadNoSuchFile { _ = try ids() }
                if let expiry = old?.expiry, expiry <= now { old = nil }
                created = created || old == nil
                // All processes here have the same clock, so that it puts their registrations in order.
                let refreshed = old?.service == single ? old?.revision : nil
                let revision = refreshed ?? UInt64(max(0, now.timeIntervalSince1970) * 1_000_000)
                let new = try NodeFile(node, of: service, revision: revision, expiry: expiry).data()
                // Written apart and then renamed: others never see half of one.
                try new.write(to: url(node.id), options: .atomic)
            }
            return created
        }
    }

    /// Removes the files of nodes, where they are.
    func remove(_ nodeIDs: [String]) throws {
        try withRegistryErrors {
            for id in nodeIDs {
                do { try FileManager.default.removeItem(at: url(id)) } catch CocoaError.fileNoSuchFile { _ = try ids() }
            }
        }
    }

    /// The records of a service, or of all (nil).
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
                        // A minute later, so that this does not meet a heartbeat that is a bit late.
                        if expiry < now - 60 { try? FileManager.default.removeItem(at: url(id)) }
                    } else if name == nil || name == file.name {
                        let node = StoredNode(service: file.service, revision: file.revision)
                        stored[file.name, default: []].append(node)
                    }
                } catch CocoaError.fileReadNoSuchFile {
                    // It was removed since it was listed, or the folder is away: then listing it again throws.
                    if try self.ids().contains(id) { throw CocoaError(.fileReadUnknown) }
                }
            }
            return stored.values.flatMap(ServiceRecord.merging)
        }
    }

    /// What is in a file; nil for nonsense, which is logged once.
    private func read(_ id: String) throws -> NodeFile? {
        let attributes = try FileManager.default.attributesOfItem(atPath: url(id).path)
        do {
            guard attributes[.type] as? FileAttributeType == .typeRegular,
                let size = attributes[.size] as? Int, size <= NodeFile.maxSize
            else { throw MicroError(.payloadTooLarge, "it is no file, or larger than \(NodeFile.maxSize) bytes") }
            return try NodeFile(Data(contentsOf: url(id)), of: id)
        } catch let error where error is DecodingError || error is MicroError {
            if skipped.insert(id).inserted {
                logger.warning("skipped a file", metadata: ["path": "\(url(id).path)", "cause": "\(error)"])
            }
            return nil
        }
    }

    /// The IDs that have a file, in a stable order. It makes the folder of the namespace, but not the one around it:
    /// where that is missing, it throws.
    private func ids() throws -> [String] {
        let list = { [folder] in try FileManager.default.contentsOfDirectory(atPath: folder.path) }
        let names: [String]
        do { names = try list() } catch CocoaError.fileReadNoSuchFile {
            try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            names = try list()
        }
        return names.filter(NameRules.isName).sorted()
    }

    /// An ID is a safe name for a file by the rules for IDs. It has no suffix: one of 253 bytes leaves no room for it.
    private func url(_ id: String) -> URL { folder.appendingPathComponent(id, isDirectory: false) }

    /// Runs the body; nothing but the errors of the contract comes out.
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
