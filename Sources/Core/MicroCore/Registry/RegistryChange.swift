// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A change of one node between two states of a registry.
public struct RegistryChange: Sendable, Hashable {
    /// The kind of a change.
    public enum Kind: Sendable, Hashable {
        /// The node was added.
        case created
        /// The node, its version, or the metadata or endpoints of its version have changed.
        case updated
        /// The node was removed.
        case deleted
    }

    /// The kind of the change.
    public var kind: Kind
    /// The service with only this node: in its new state, or in its last state if the node was deleted.
    public var service: ServiceRecord
    /// The node.
    public var node: Node

    /// Creates a change.
    public init(kind: Kind, service: ServiceRecord, node: Node) {
        self.kind = kind
        self.service = service
        self.node = node
    }
}
