// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Where records are in etcd, as in go-micro: `<prefix><service>/<node ID>`.
///
/// A namespace is part of the prefix: `/micro/registry@dev/`. No name of the contract has a slash or an `@`, so that no
/// key of one namespace, or of one service, is among those of another.
struct EtcdKeys: Sendable {
    /// With a slash at the end.
    let prefix: String
    /// Whether they are those of go-micro's etcd plugin of version 1, whose nodes have an address without the port.
    let hasSeparatePorts: Bool

    init(prefix: String, namespace: String) {
        let start = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
        hasSeparatePorts = start == "/micro-registry"
        self.prefix = (namespace.isEmpty ? start : "\(start)@\(namespace)") + "/"
    }

    /// The key of a node.
    func key(_ service: String, _ id: String) -> String { "\(prefix)\(service)/\(id)" }

    /// All keys of a service, or of all (nil).
    func range(_ name: String?) -> KeyRange { KeyRange(prefix: name.map { "\(prefix)\($0)/" } ?? prefix) }

    /// The service and the node of a key; nil for a key that is no record's.
    func parse(_ key: [UInt8]) -> (service: String, id: String)? {
        guard let text = String(validating: key, as: UTF8.self), text.hasPrefix(prefix) else { return nil }
        let parts = text.utf8.dropFirst(prefix.utf8.count).split(separator: 0x2F, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let (service, id) = (String(Substring(parts[0])), String(Substring(parts[1])))
        return NameRules.isName(service) && NameRules.isName(id) ? (service, id) : nil
    }
}

/// The keys from one on, and before another.
struct KeyRange: Sendable {
    var start: [UInt8]
    let end: [UInt8]

    /// All keys that begin with a text, which ends in a slash: the next character is `0`.
    init(prefix: String) {
        start = Array(prefix.utf8)
        end = start.dropLast() + [0x30]
    }
}
