// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// A layer between TCP and HTTP on every connection of a transport: TLS, which another module implements.
package protocol HTTPSecurity: Sendable {
    /// Secures a new connection to a host, before anything is sent.
    ///
    /// - Returns: A future that completes after the handshake. If it fails, the connection fails with the same error.
    func secure(_ channel: any Channel, to host: String) -> EventLoopFuture<Void>

    /// Checks that connections can be accepted, before a listener is bound.
    ///
    /// - Throws: The error of the bind.
    func checkServer() throws

    /// The handler for a connection that a listener has accepted.
    ///
    /// - Throws: An error that closes the connection.
    func serverHandler() throws -> any ChannelHandler
}
