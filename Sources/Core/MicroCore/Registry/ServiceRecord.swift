// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What a registry holds of one version of a service.
public struct ServiceRecord: Sendable, Hashable {
    /// The name that callers use: `[A-Za-z0-9][A-Za-z0-9._:-]{0,252}`.
    public var name: String
    /// The version, up to 128 printable characters; empty for a foreign record that has none.
    public var version: String
    /// What holds for the whole version.
    public var metadata: [String: String]
    /// What the version can be asked.
    public var endpoints: [Endpoint]
    /// Where the version runs.
    public var nodes: [Node]

    /// Creates a record. Nothing is checked until it is registered.
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

/// One running instance of a service.
public struct Node: Sendable, Hashable {
    /// Unique among all nodes of a namespace: `[A-Za-z0-9][A-Za-z0-9._:-]{0,252}`.
    public var id: String
    /// A host name, an IPv4 address, an IPv6 address without brackets, or what the node's transport uses instead.
    public var address: String
    /// 1…65535; nil where the transport has none.
    public var port: Int?
    /// What holds for this instance, such as `transport` and `protocol`.
    public var metadata: [String: String]

    /// Creates a node. Nothing is checked until it is registered.
    public init(id: String, address: String, port: Int? = nil, metadata: [String: String] = [:]) {
        self.id = id
        self.address = address
        self.port = port
        self.metadata = metadata
    }
}
