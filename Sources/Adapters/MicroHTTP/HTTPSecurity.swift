// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What stands between TCP and HTTP on every connection of a transport: TLS, which another module brings.
package protocol HTTPSecurity: Sendable {
    /// Secures a connection to a host, which is open and has sent nothing, before all other handlers.
    ///
    /// - Returns: When that is done; an error makes the connection fail.
    func secure(_ channel: any Channel, to host: String) -> EventLoopFuture<Void>

    /// For a connection that a listener has accepted.
    ///
    /// - Throws: What makes the listener close it.
    func serverHandler() throws -> any ChannelHandler
}
