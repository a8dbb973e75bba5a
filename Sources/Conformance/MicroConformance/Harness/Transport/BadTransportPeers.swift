// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// Creates servers that violate a transport's protocol, and sends requests that violate it.
public protocol BadTransportPeers: Sendable {
    /// The supported behaviors.
    var behaviors: Set<BadPeerBehavior> { get }

    /// Runs a peer until the body returns.
    func with(_ behavior: BadPeerBehavior, _ body: (any BadTransportPeer) async throws -> Void) async throws

    /// Sends malformed requests to a listener: another method, another path, another media type, no endpoint, bytes of
    /// another protocol.
    ///
    /// - Returns: A description of each request with the code of the response; nil if the connection was closed without
    ///   a response.
    func sendMalformedRequests(_ listener: Address) async throws -> [(what: String, response: MicroError.Code?)]
}

/// A server that violates a transport's protocol.
public protocol BadTransportPeer: Sendable {
    /// The address of the server.
    var address: Address { get }

    /// Closes all open connections, and waits until they are closed.
    func closeConnections() async
}
