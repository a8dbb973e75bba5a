// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// What the names and IDs of a namespace are called in Consul: with its name and a slash before them.
///
/// No name of the contract has a slash, so that none of one namespace is one of another, or of the empty one.
struct ConsulNamespace: Sendable {
    /// Empty, or the namespace and a slash.
    let prefix: String

    init(_ name: String) { prefix = name.isEmpty ? "" : name + "/" }

    /// Consul's name of a service or ID of a node.
    func stored(_ name: String) -> String { prefix + name }

    /// The name that is stored so; nil for what belongs to somebody else, and for what is no name.
    func name(stored: String) -> String? {
        guard stored.hasPrefix(prefix) else { return nil }
        let name = String(stored.dropFirst(prefix.count))
        return NameRules.isName(name) ? name : nil
    }

    /// The name of a service that is stored so; nil also for Consul itself.
    func service(stored: String) -> String? { stored == "consul" ? nil : name(stored: stored) }
}
