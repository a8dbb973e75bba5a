// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Maps the names of a namespace to hashes, because Kubernetes permits fewer characters. The hashes only select
/// objects; the names in the records are authoritative.
package struct KubernetesNames: Sendable {
    /// The label with the hash of the namespace.
    package static let scopeLabel = "swift-micro/scope"
    /// The label with the hash of the namespace and the service.
    package static let nameLabel = "swift-micro/name"
    /// The maximum number of services in a selector. 100 services result in a URL of 3.6 KB.
    static let maxSelectedNames = 100

    private let namespace: String
    /// The value of ``scopeLabel``.
    package let scope: String

    /// Creates the names of a namespace of the contract.
    package init(namespace: String) {
        self.namespace = namespace
        scope = Self.hash(namespace)
    }

    /// The value of ``nameLabel`` of a service.
    package func label(of service: String) -> String { Self.hash("\(namespace)/\(service)") }

    /// The name of a node's Lease: a readable part and a hash. A node that moves to another service keeps its Lease.
    package func leaseName(ofNode id: String) -> String {
        let readable = id.lowercased().utf8.prefix(40).map { $0.isASCIIAlphanumeric ? $0 : UInt8(ascii: "-") }
        return "\(String(decoding: readable, as: UTF8.self))-\(Self.hash("\(namespace)/\(id)"))"
    }

    /// A label selector, percent-encoded for a query: the Leases of some services, or of the namespace (nil).
    func selector(_ services: Set<String>?) -> String {
        let all = "\(Self.scopeLabel)=\(scope)"
        guard let services, services.count <= Self.maxSelectedNames else { return all.queryEncoded }
        let labels = services.map { label(of: $0) }.sorted().joined(separator: ",")
        return "\(all),\(Self.nameLabel) in (\(labels))".queryEncoded
    }

    /// 32 hexadecimal digits: FNV-1a of the text, and of the text after a zero.
    private static func hash(_ text: String) -> String {
        ["", "\0"].map { prefix in
            var hash = FNV1a()
            hash.combine(prefix.utf8)
            hash.combine(text.utf8)
            let digits = String(hash.value, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
