// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import NIOPosix

/// Opens TCP connections, and secures them.
struct HTTPConnector: Sendable {
    let connectTimeout: Duration
    let security: (any HTTPSecurity)?

    /// Opens a connection. The timeout applies separately to the TCP connection and to the TLS handshake.
    ///
    /// - Parameter initialize: Sets up the new channel before it is connected.
    func connect(
        to address: Address, on eventLoop: any EventLoop, initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        let connected = connectTCP(to: address, on: eventLoop, initialize: initialize)
        guard let security else { return connected }
        return connected.flatMap { channel in
            let secured = channel.eventLoop.makePromise(of: (any Channel).self)
            let timer = channel.eventLoop.scheduleTask(in: connectTimeout.timeAmount) {
                secured.fail(ChannelError.connectTimeout(connectTimeout.timeAmount))
            }
            security.secure(channel, to: address.host).map { channel }.cascade(to: secured)
            secured.futureResult.whenComplete { result in
                timer.cancel()
                if case .failure = result { channel.close(promise: nil) }
            }
            return secured.futureResult
        }
    }

    private func connectTCP(
        to address: Address, on eventLoop: any EventLoop, initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(connectTimeout.timeAmount)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try initialize(channel) }
            }
        let port = address.port ?? 0
        // An IP address needs neither a resolver nor attempts for both address families.
        if let address = try? SocketAddress(ipAddress: address.host, port: port) {
            return bootstrap.connect(to: address)
        }
        return bootstrap.connect(host: address.host, port: port)
    }
}
