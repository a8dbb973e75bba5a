// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes
package import NIOCore

/// The acceptance of a client's WebSocket handshake.
public struct WebSocketUpgrade: Sendable {
    enum Kind: Sendable {
        case messages(WebSocketConfiguration, @Sendable (WebSocket) async throws -> Void)
        case tunnel(any Channel, HTTPFields, idleTimeout: Duration)
    }

    let kind: Kind
    /// The subprotocol that is selected; nil for none.
    let subprotocol: String?
    /// Counts the WebSocket as running for the limit of a route; nil without one.
    package var permit: ConcurrencyLimit.Permit?

    /// Accepts a WebSocket.
    ///
    /// - Parameters:
    ///   - subprotocol: The subprotocol, one of those that the client offers; nil for none.
    ///   - configuration: The limits.
    ///   - handler: Uses the WebSocket. When it returns, the connection is closed with 1000; if it throws, with 1011, or with
    ///     1008 for an error of permission. Its task is cancelled when the client has gone.
    public init(
        subprotocol: String? = nil, configuration: WebSocketConfiguration = .init(),
        handler: @escaping @Sendable (WebSocket) async throws -> Void
    ) {
        self.subprotocol = subprotocol
        kind = .messages(configuration, handler)
    }

    /// Connects the client with a server that has agreed to the same request.
    ///
    /// - Parameters:
    ///   - channel: The connection to the server, on the event loop of the client's connection. Nothing is read from it yet.
    ///   - headers: The header of the server's response.
    ///   - idleTimeout: How long neither side may send anything.
    package init(tunnelTo channel: any Channel, headers: HTTPFields, idleTimeout: Duration) {
        subprotocol = nil
        kind = .tunnel(channel, headers, idleTimeout: idleTimeout)
    }
}
