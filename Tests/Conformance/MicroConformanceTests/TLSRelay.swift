// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import NIOSSL

/// A relay that accepts plain connections and forwards their bytes to a server over TLS.
final class TLSRelay: Sendable {
    private let channel: any Channel
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Listens at a free port of 127.0.0.1, in front of a server at another port there.
    init(to port: Int, certificateAuthorityFile: String) async throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(certificateAuthorityFile)
        let context = try NIOSSLContext(configuration: configuration)
        channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { inbound in Self.connect(inbound, to: port, context) }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    /// The address of the relay, `host:port`.
    var address: String { "127.0.0.1:\(channel.localAddress?.port ?? 0)" }

    /// Stops listening and ends all connections.
    func stop() async throws {
        try await channel.close()
        try await group.shutdownGracefully()
    }

    private static func connect(
        _ inbound: any Channel, to port: Int, _ context: NIOSSLContext
    ) -> EventLoopFuture<Void> {
        ClientBootstrap(group: inbound.eventLoop)
            .channelInitializer { outbound in
                outbound.eventLoop.makeCompletedFuture {
                    try outbound.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(context: context, serverHostname: nil))
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .flatMap { outbound in
                inbound.eventLoop.makeCompletedFuture {
                    try inbound.pipeline.syncOperations.addHandler(ForwardingHandler(to: outbound))
                    try outbound.pipeline.syncOperations.addHandler(ForwardingHandler(to: inbound))
                }
            }
            .flatMap { inbound.setOption(.autoRead, value: true) }
    }
}

/// Writes what one channel reads to another one, and closes that with its own channel.
private final class ForwardingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let peer: any Channel

    init(to peer: any Channel) { self.peer = peer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        peer.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        peer.close(promise: nil)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
