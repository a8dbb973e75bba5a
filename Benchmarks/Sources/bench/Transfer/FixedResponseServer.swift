// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Micro
import NIOCore
import NIOPosix

/// Responds to every request with the bytes of a file until the process is ended. It prints its address as the first
/// line. It supports requests without body, from clients that wait for the response.
struct FixedResponseServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fixed-response-server", abstract: "Sends the same response to every request.")

    @Argument(help: "The file with the complete response, header and body.")
    var file: String

    func run() async throws {
        let response = ByteBuffer(bytes: try Data(contentsOf: URL(fileURLWithPath: file)))
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(FixedResponseHandler(response: response))
                }
            }
            .bind(host: EchoParameters.address.host, port: 0).get()
        announce(Address(host: EchoParameters.address.host, port: channel.localAddress?.port))
        try await channel.closeFuture.get()
    }
}

private final class FixedResponseHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let response: ByteBuffer
    private var request = ByteBuffer()

    init(response: ByteBuffer) { self.response = response }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        request.writeImmutableBuffer(unwrapInboundIn(data))
        guard request.readableBytesView.suffix(4).elementsEqual("\r\n\r\n".utf8) else { return }
        request.clear()
        context.writeAndFlush(wrapOutboundOut(response), promise: nil)
    }
}
