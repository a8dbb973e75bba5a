// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore

/// Maps nodes to keys, as go-micro does: `<prefix><service>/<node ID>`.
///
/// A namespace is part of the prefix: `/micro/registry@dev/`. Valid names contain neither a slash nor an `@`, so the
/// keys of namespaces, and of services, do not overlap.
struct EtcdKeys: Sendable {
    private static let foreignIDs = ForeignNodeIDs(prefix: "etcd-id:")

    /// Ends in a slash.
    let prefix: String
    /// Whether the keys are those of the etcd plugin of go-micro v1, whose records have the port separate from the
    /// address.
    let hasSeparatePorts: Bool

    init(prefix: String, namespace: String) {
        let start = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
        hasSeparatePorts = start == "/micro-registry"
        self.prefix = (namespace.isEmpty ? start : "\(start)@\(namespace)") + "/"
    }

    /// The key of a node.
    func key(_ service: String, _ id: String) -> String { "\(prefix)\(service)/\(lastComponent(ofNode: id))" }

    private func lastComponent(ofNode id: String) -> String {
        guard let foreign = Self.foreignIDs.decoded(id), isForeign(foreign) else { return id }
        return foreign
    }

    /// Whether the last component of a key is not a valid node ID. Other programs write such keys.
    private func isForeign(_ component: String) -> Bool {
        !component.isEmpty && !component.utf8.contains(UInt8(ascii: "/")) && !NameRules.isName(component)
    }

    /// Whether the last component of a key represents the ID in a record: go-micro replaces slashes with dashes.
    func isComponent(_ component: String, ofID id: String) -> Bool {
        component.utf8.elementsEqual(id.utf8.lazy.map { $0 == UInt8(ascii: "/") ? UInt8(ascii: "-") : $0 })
    }

    /// The range of all keys of a service, or of all services (nil).
    func range(_ name: String?) -> KeyRange { KeyRange(prefix: name.map { "\(prefix)\($0)/" } ?? prefix) }

    /// The service and the node ID of a key, and its last component, which differs from the ID if it is not a valid
    /// node ID; nil if it is not the key of a node.
    func parse(_ key: [UInt8]) -> (service: String, id: String, component: String)? {
        guard let text = String(validating: key, as: UTF8.self), text.hasPrefix(prefix) else { return nil }
        let parts = text.utf8.dropFirst(prefix.utf8.count).split(separator: 0x2F, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let (service, component) = (String(Substring(parts[0])), String(Substring(parts[1])))
        guard NameRules.isName(service), !component.isEmpty else { return nil }
        let id = isForeign(component) ? Self.foreignIDs.encoded(component) : component
        return id.map { (service, $0, component) }
    }
}

/// The keys from `start` up to, but not including, `end`.
struct KeyRange: Sendable {
    var start: [UInt8]
    let end: [UInt8]

    /// All keys that begin with a prefix that ends in a slash: the character after the slash is `0`.
    init(prefix: String) {
        start = Array(prefix.utf8)
        end = start.dropLast() + [0x30]
    }
}
