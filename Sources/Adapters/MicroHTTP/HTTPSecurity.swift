// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// A layer between TCP and HTTP on every connection of a transport: TLS, which another module implements.
package protocol HTTPSecurity: Sendable {
    /// Secures a new connection to a host, before anything is sent.
    ///
    /// - Returns: A future that completes after the handshake; its failure is that of the connection.
    func secure(_ channel: any Channel, to host: String) -> EventLoopFuture<Void>

    /// The handler for a connection that a listener has accepted.
    ///
    /// - Throws: An error that closes the connection.
    func serverHandler() throws -> any ChannelHandler
}
