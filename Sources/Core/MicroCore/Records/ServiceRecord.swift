// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// One version of a service, as a registry stores it. All its texts together may have at most ``maxSize`` bytes; a
/// registration needs at least one node.
public struct ServiceRecord: Sendable, Hashable {
    /// The name of the service: `[A-Za-z0-9][A-Za-z0-9._:-]{0,252}`.
    public var name: String
    /// The version: at most 128 printable characters. Empty for a record from another system without versions.
    public var version: String
    /// The metadata of the version.
    public var metadata: [String: String]
    /// The endpoints of the version.
    public var endpoints: [Endpoint]
    /// The running instances of the version.
    public var nodes: [Node]

    /// Creates a record without validating it. ``validate()`` and every registration validate it.
    public init(
        name: String, version: String = "latest", metadata: [String: String] = [:], endpoints: [Endpoint] = [],
        nodes: [Node] = []
    ) {
        self.name = name
        self.version = version
        self.metadata = metadata
        self.endpoints = endpoints
        self.nodes = nodes
    }
}
