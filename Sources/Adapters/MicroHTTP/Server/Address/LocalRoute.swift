// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import NIOPosix

/// Finds the local address from which this host reaches another host.
enum LocalRoute {
    /// The local address of the route to a server: the address of a connected UDP socket, which sends nothing.
    ///
    /// - Returns: The address; nil if the server's name cannot be resolved in time or there is no route.
    /// - Throws: `CancellationError`.
    static func host(towards server: Address, within timeout: Duration) async throws -> String? {
        let noRoute = MicroError(.unavailable, "no route to \(server)", origin: MicroError.Origin.server)
        do {
            return try await withDeadline(.now + timeout, orThrow: noRoute) {
                // Resolving a name is a blocking call.
                let remote = try await NIOThreadPool.singleton.runIfActive {
                    try SocketAddress.makeAddressResolvingHost(server.host, port: server.port ?? 1)
                }
                let channel = try await DatagramBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .connect(to: remote).get()
                let host = channel.localAddress?.ipAddress
                try await channel.close()
                return host
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return nil
        }
    }
}
