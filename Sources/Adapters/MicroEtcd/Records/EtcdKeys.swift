// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Maps nodes to keys, as go-micro does: `<prefix><service>/<node ID>`.
///
/// A namespace is part of the prefix: `/micro/registry@dev/`. No name of the contract contains a slash or an `@`, so that
/// the keys of namespaces, and of services, do not overlap.
struct EtcdKeys: Sendable {
    /// Ends in a slash.
    let prefix: String
    /// Whether they are the keys of go-micro's etcd plugin of version 1, whose records have the port apart from the address.
    let hasSeparatePorts: Bool

    init(prefix: String, namespace: String) {
        let start = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
        hasSeparatePorts = start == "/micro-registry"
        self.prefix = (namespace.isEmpty ? start : "\(start)@\(namespace)") + "/"
    }

    /// The key of a node.
    func key(_ service: String, _ id: String) -> String { "\(prefix)\(service)/\(id)" }

    /// The range of all keys of a service, or of all services (nil).
    func range(_ name: String?) -> KeyRange { KeyRange(prefix: name.map { "\(prefix)\($0)/" } ?? prefix) }

    /// The service and the node ID of a key; nil if it is not the key of a node.
    func parse(_ key: [UInt8]) -> (service: String, id: String)? {
        guard let text = String(validating: key, as: UTF8.self), text.hasPrefix(prefix) else { return nil }
        let parts = text.utf8.dropFirst(prefix.utf8.count).split(separator: 0x2F, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let (service, id) = (String(Substring(parts[0])), String(Substring(parts[1])))
        return NameRules.isName(service) && NameRules.isName(id) ? (service, id) : nil
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
