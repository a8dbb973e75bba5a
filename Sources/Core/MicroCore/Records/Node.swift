// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A running instance of a service.
public struct Node: Sendable, Hashable {
    /// The ID, unique among all nodes of a namespace: `[A-Za-z0-9][A-Za-z0-9._:-]{0,252}`.
    public var id: String
    /// A host name, an IPv4 address, an IPv6 address without brackets, or the node's address in the format of its
    /// transport.
    public var address: String
    /// The port, 1…65535; nil if the transport has no ports.
    public var port: Int?
    /// The metadata of the instance, such as `transport` and `protocol`.
    public var metadata: [String: String]

    /// Creates a node without validating it. ``validate()`` and every registration validate it.
    public init(id: String, address: String, port: Int? = nil, metadata: [String: String] = [:]) {
        self.id = id
        self.address = address
        self.port = port
        self.metadata = metadata
    }
}
