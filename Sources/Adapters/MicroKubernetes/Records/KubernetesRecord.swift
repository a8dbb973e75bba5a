// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
import Logging
import MicroCore

/// Encodes the record of a node in a Lease, and decodes it.
///
/// The record is go-micro's JSON for a service with one node, in an annotation. A long record is compressed, in
/// `holderIdentity`, since all annotations of an object together are limited to 256 KiB.
enum KubernetesRecord {
    static let recordAnnotation = "swift-micro/record"
    /// The version of the Lease with the latest change of the record. Heartbeats change the version of the Lease.
    static let revisionAnnotation = "swift-micro/revision"
    private static let maxAnnotationSize = 128 * 1024
    private static let compressedPrefix = "z:"
    /// Larger than the JSON of the largest record, even if all of its characters are escaped.
    private static let maxJSONSize = 4 * 1024 * 1024

    /// A Lease without the fields that each heartbeat changes.
    static func lease(_ node: Node, of service: ServiceRecord, names: KubernetesNames) throws -> Lease {
        let json = try GoMicroRecord(node, of: service).encoded()
        var (annotations, holder): ([String: String], String) = ([:], "\(Address(node))")
        if json.count <= maxAnnotationSize {
            annotations[recordAnnotation] = String(decoding: json, as: UTF8.self)
        } else {
            guard let compressed = Zlib.compressed(json) else {
                throw MicroError(
                    .resourceExhausted, "the record of the node \(node.id) could not be compressed: out of memory",
                    origin: MicroError.Origin.registry, isSafeToRetry: true)
            }
            holder = compressedPrefix + Data(compressed).base64EncodedString()
        }
        let labels = [
            KubernetesNames.scopeLabel: names.scope, KubernetesNames.nameLabel: names.label(of: service.name),
        ]
        return Lease(
            metadata: ObjectMeta(name: names.leaseName(ofNode: node.id), labels: labels, annotations: annotations),
            spec: LeaseSpec(holderIdentity: holder))
    }

    // MARK: Reading

    /// The records of a service, or of all (nil), that have not expired at the given server time.
    static func records(
        of name: String?, in leases: [Lease], at now: ServerTime?, names: KubernetesNames, logger: Logger
    ) -> [StoredNode] {
        leases.compactMap { lease in
            guard let expiry = lease.expiry else {
                skip(lease, "its lease duration or its renewal time is not valid", logger)
                return nil
            }
            if case .at(let end) = expiry, let now, end < now { return nil }
            guard let stored = storedNode(lease, names: names, logger: logger) else { return nil }
            return name == nil || stored.service.name == name ? stored : nil
        }
    }

    /// Reads a Lease from an untrusted source. A Lease that violates the rules for records, or does not match its name,
    /// is skipped and logged.
    static func storedNode(_ lease: Lease, names: KubernetesNames, logger: Logger) -> StoredNode? {
        do {
            guard let json = json(of: lease) else { throw invalid("it has no record") }
            let service = try GoMicroRecord(reading: json).service()
            guard service.nodes.count == 1, let node = service.nodes.first,
                names.leaseName(ofNode: node.id) == lease.metadata.name
            else { throw invalid("its record belongs to another node") }
            return StoredNode(service: service, revision: lease.revision)
        } catch {
            skip(lease, "\(error)", logger)
            return nil
        }
    }

    private static func json(of lease: Lease) -> [UInt8]? {
        if let text = lease.metadata.annotations?[recordAnnotation] { return Array(text.utf8) }
        guard let holder = lease.spec?.holderIdentity, holder.hasPrefix(compressedPrefix) else { return nil }
        return Data(base64Encoded: String(holder.dropFirst(compressedPrefix.count)))
            .flatMap { Zlib.decompressed([UInt8]($0), maxSize: maxJSONSize) }
    }

    private static func skip(_ lease: Lease, _ cause: String, _ logger: Logger) {
        logger.debug("record skipped", metadata: ["lease": "\(lease.metadata.name ?? "")", "cause": "\(cause)"])
    }

    private static func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: MicroError.Origin.registry)
    }
}

extension Lease {
    /// When a Lease expires.
    enum Expiry: Sendable, Equatable {
        case never
        case at(ServerTime)
    }

    /// When the Lease expires, according to its fields; nil if they are not valid.
    var expiry: Expiry? {
        guard let duration else { return .never }
        guard duration > .zero, let renewed = spec?.renewTime.flatMap(ServerTime.init(rfc3339:)) else { return nil }
        return .at(ServerTime(microseconds: renewed.microseconds + duration.components.seconds * 1_000_000))
    }

    /// How long the Lease is valid after a renewal; nil for always.
    var duration: Duration? { spec?.leaseDurationSeconds.map { .seconds(min($0, Int(Int32.max))) } }

    /// The number that orders registrations. See ``KubernetesRecord``.
    var revision: UInt64 {
        let text = metadata.annotations?[KubernetesRecord.revisionAnnotation] ?? metadata.resourceVersion
        return text.flatMap { UInt64($0) } ?? 0
    }

    /// Whether another Lease has the same renewal and duration.
    func hasSameExpiry(as other: Lease) -> Bool {
        spec?.renewTime == other.spec?.renewTime && duration == other.duration
    }

    private var record: String? { metadata.annotations?[KubernetesRecord.recordAnnotation] }

    /// Whether another Lease has the same record, regardless of renewals.
    func hasSameRecord(as other: Lease) -> Bool {
        metadata.uid == other.metadata.uid && spec?.holderIdentity == other.spec?.holderIdentity
            && record == other.record
    }
}
