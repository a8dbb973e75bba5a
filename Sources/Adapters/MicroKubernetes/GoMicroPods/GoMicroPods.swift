// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
import Logging
import MicroCore

/// The layout of go-micro's Kubernetes plugin: each pod describes its services in its labels and annotations.
///
/// ```
/// labels      micro.mu/type: service, micro.mu/selector-greeter: service
/// annotations micro.mu/service-greeter: {"name":"greeter","version":"latest","metadata":…,"endpoints":[…],"nodes":[…]}
/// ```
enum GoMicroPods {
    /// The maximum length of a service name in a label key, whose second part has at most 63 characters.
    private static let maxNameLength = 63 - "selector-".count
    private static let recordPrefix = "micro.mu/service-"
    /// Marks a record that is a copy of Leases.
    private static let copyPrefix = "swift-micro/copy-"

    /// The label selector of the pods with a service, or of all (nil).
    static func selector(_ service: String?) -> String {
        (service.map { "micro.mu/selector-\(key($0))=service" } ?? "micro.mu/type=service").queryEncoded
    }

    /// Whether the plugin can store a service under its own name.
    static func canStore(_ service: String) -> Bool {
        let isNameEnd = service.utf8.last?.isASCIIAlphanumeric ?? false
        return service.utf8.count <= maxNameLength && key(service) == service && isNameEnd
    }

    /// The plugin replaces each character that is not allowed in a key with an underscore.
    private static func key(_ service: String) -> String {
        String(
            decoding: service.utf8.map { byte in
                byte.isASCIIAlphanumeric || "-_.".utf8.contains(byte) ? byte : UInt8(ascii: "_")
            }, as: UTF8.self)
    }

    // MARK: Reading

    /// The nodes of a pod. Records that violate the rules, and copies of Leases, are skipped; the former are logged.
    static func nodes(of pod: Pod, logger: Logger) -> [StoredNode] {
        guard pod.isServing, let annotations = pod.metadata.annotations else { return [] }
        let revision = pod.metadata.resourceVersion.flatMap { UInt64($0) } ?? 0
        let records = annotations.filter { $0.key.hasPrefix(recordPrefix) }.sorted { $0.key < $1.key }
        return records.flatMap { key, text in
            let name = String(key.dropFirst(recordPrefix.count))
            let isCopy = annotations[copyPrefix + name] != nil
            return isCopy ? [] : nodes(in: text, of: name, revision: revision, pod, logger)
        }
    }

    private static func nodes(
        in text: String, of name: String, revision: UInt64, _ pod: Pod, _ logger: Logger
    ) -> [StoredNode] {
        do {
            let record = try GoMicroRecord(reading: Array(text.utf8)).service()
            // The names in the record are used, as long as they match the key.
            guard key(record.name) == name else { return [] }
            return record.nodes.map { node in
                var service = record
                service.nodes = [node]
                return StoredNode(service: service, revision: revision)
            }
        } catch {
            logger.debug(
                "record skipped",
                metadata: ["pod": "\(pod.metadata.name ?? "")", "service": "\(name)", "cause": "\(error)"])
            return []
        }
    }

    // MARK: Writing

    /// A strategic merge patch of the own pod.
    struct Patch: Encodable, Sendable {
        struct Metadata: Encodable, Sendable {
            /// Nil removes a key.
            var labels: [String: String?] = [:]
            var annotations: [String: String?] = [:]
        }

        var metadata = Metadata()
    }

    /// The patch that stores the nodes of a service, or removes them if there are none.
    static func patch(_ service: String, _ nodes: [ServiceRecord]) throws -> Patch {
        var patch = Patch()
        var record = nodes.last
        record?.nodes = nodes.flatMap(\.nodes)
        let json = try record.map { String(decoding: try GoMicroRecord($0).encoded(), as: UTF8.self) }
        patch.metadata.labels["micro.mu/selector-\(service)"] = .some(json == nil ? nil : "service")
        patch.metadata.annotations[recordPrefix + service] = .some(json)
        patch.metadata.annotations[copyPrefix + service] = .some(json == nil ? nil : "true")
        if json != nil { patch.metadata.labels["micro.mu/type"] = "service" }
        return patch
    }
}
