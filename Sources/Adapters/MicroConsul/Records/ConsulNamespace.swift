// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Maps names and IDs of a namespace to those in Consul, which begin with the namespace and a slash.
///
/// No name of the contract contains a slash, so that namespaces, including the empty one, do not overlap.
struct ConsulNamespace: Sendable {
    /// Empty, or the namespace and a slash.
    let prefix: String

    init(_ name: String) { prefix = name.isEmpty ? "" : name + "/" }

    /// The name of a service, or the ID of a node, in Consul.
    func stored(_ name: String) -> String { prefix + name }

    /// The name or ID without the prefix; nil if it belongs to another namespace or is not a valid name.
    func name(stored: String) -> String? {
        guard stored.hasPrefix(prefix) else { return nil }
        let name = String(stored.dropFirst(prefix.count))
        return NameRules.isName(name) ? name : nil
    }

    /// The name of a service; nil also for the service `consul`, which is Consul itself.
    func service(stored: String) -> String? { stored == "consul" ? nil : name(stored: stored) }
}
