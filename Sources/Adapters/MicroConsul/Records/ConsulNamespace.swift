// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore

/// Maps names and IDs of a namespace to Consul's names and IDs, which begin with the namespace and a slash.
///
/// Valid names contain no slash, so namespaces, including the empty one, do not overlap.
struct ConsulNamespace: Sendable {
    private static let foreignIDs = ForeignNodeIDs(prefix: "consul-id:")

    /// Empty, or the namespace and a slash.
    let prefix: String

    init(_ name: String) { prefix = name.isEmpty ? "" : name + "/" }

    /// The name of a service in Consul.
    func stored(_ name: String) -> String { prefix + name }

    /// The name without the prefix; nil if it belongs to another namespace or is not a valid name.
    private func name(stored: String) -> String? {
        guard stored.hasPrefix(prefix) else { return nil }
        let name = String(stored.dropFirst(prefix.count))
        return NameRules.isName(name) ? name : nil
    }

    /// The name of a service; also nil for the service `consul`, which is Consul itself.
    func service(stored: String) -> String? { stored == "consul" ? nil : name(stored: stored) }

    // MARK: Node IDs

    /// The ID of a service instance in Consul.
    func storedID(ofNode id: String) -> String {
        guard let foreign = Self.foreignIDs.decoded(id), name(stored: foreign) == nil else { return prefix + id }
        return foreign
    }

    /// The node ID of a service instance. Other products register instances with IDs that are not valid for nodes, such as
    /// `_nomad-task-…` and `host/app:1`: these are encoded. Nil if the encoded ID is too long.
    func nodeID(stored: String) -> String? {
        if let id = name(stored: stored), storedID(ofNode: id) == stored { return id }
        return Self.foreignIDs.encoded(stored)
    }
}
