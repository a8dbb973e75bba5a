// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What has come to a proxy and passed through it since it listens.
public struct ProxyTraffic: Sendable, Hashable {
    /// How many connections it has accepted.
    public var connections = 0
    /// How many of them the client has not ended, nor the proxy.
    public var openConnections = 0
    /// The most that were open at once.
    public var maxOpenConnections = 0
    /// How many times bytes were read from clients: an upper bound of the requests of clients that wait for answers.
    public var clientReadCount = 0
    /// How many bytes were passed on to the server.
    public var bytesToServer = 0
    /// How many bytes were passed on to clients.
    public var bytesToClient = 0

    /// No traffic.
    public init() {}
}
