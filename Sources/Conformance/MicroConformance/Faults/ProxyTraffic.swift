// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The traffic of a proxy since it started to listen.
public struct ProxyTraffic: Sendable, Hashable {
    /// The number of accepted connections.
    public var connections = 0
    /// The number of connections that neither the client nor the proxy has ended.
    public var openConnections = 0
    /// The maximum of ``openConnections``.
    public var maxOpenConnections = 0
    /// The number of reads from clients. For clients that wait for each response, this is an upper bound of the number
    /// of requests.
    public var clientReadCount = 0
    /// The number of bytes that were forwarded to the server.
    public var bytesToServer = 0
    /// The number of bytes that were forwarded to clients.
    public var bytesToClient = 0

    /// Creates counts of zero.
    public init() {}
}
