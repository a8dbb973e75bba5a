// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore
import NIOPosix

/// How proxies listen and connect: each on a single event loop, without delays by Nagle's algorithm.
enum Loopback {
    /// Validates the addresses of a proxy.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    static func check(host: String, upstream: Address) throws {
        guard Address(host: host).isLoopback, (try? SocketAddress(ipAddress: host, port: 0)) != nil else {
            throw MicroError(
                .invalidArgument, "a fault proxy cannot listen at \(host): expected a loopback IP address",
                origin: MicroError.Origin.transport)
        }
        guard let port = upstream.port, (1...65535).contains(port) else {
            throw MicroError(
                .invalidArgument, "a fault proxy cannot connect to \(upstream): expected a port within 1…65535",
                origin: MicroError.Origin.transport)
        }
    }

    /// Listens, with all connections on the same event loop.
    static func listen(
        host: String, port: Int, on loop: any EventLoop, halfClosure: Bool,
        initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        var bootstrap = ServerBootstrap(group: loop, childGroup: loop)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: halfClosure)
            .childChannelInitializer { child in child.eventLoop.makeCompletedFuture { try initialize(child) } }
        #if canImport(Darwin)
        bootstrap = bootstrap.serverChannelOption(.socketOption(.so_reuseport), value: 1)
        #endif
        return bootstrap.bind(host: host, port: port)
    }

    /// Connects to the server, with a timeout of ten seconds.
    static func connect(
        to address: Address, on loop: any EventLoop, halfClosure: Bool,
        initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        ClientBootstrap(group: loop)
            .connectTimeout(.seconds(10))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.allowRemoteHalfClosure, value: halfClosure)
            .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try initialize(channel) } }
            .connect(host: address.host, port: address.port ?? 0)
    }
}

extension Channel {
    /// Closes the socket by a reset. Must be called on the channel's event loop.
    func reset() {
        _ = (self as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        close(promise: nil)
    }
}
