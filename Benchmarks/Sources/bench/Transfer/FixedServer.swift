// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Micro
import NIOCore
import NIOPosix

/// Answers whatever it is asked with the bytes of a file, until the process is ended; its address is the first line that
/// it prints. For requests without a body, of clients that wait for the answer.
struct FixedServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Answers every request with the same bytes.")

    @Argument(help: "The file with the whole response, header and body.")
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
