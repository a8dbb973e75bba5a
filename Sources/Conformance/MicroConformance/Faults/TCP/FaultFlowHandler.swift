// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Tells the two directions of a connection what happens at one of its two sockets.
final class FaultFlowHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private let incoming: FaultFlow
    private let outgoing: FaultFlow
    private let connection: ProxiedConnection
    private var hasEnded = false
    private var hasFailed = false

    init(incoming: FaultFlow, outgoing: FaultFlow, _ connection: ProxiedConnection) {
        self.incoming = incoming
        self.outgoing = outgoing
        self.connection = connection
    }

    func channelActive(context: ChannelHandlerContext) {
        if incoming.flowDirection == .toServer { connection.resume() }
        context.fireChannelActive()
    }

    func read(context: ChannelHandlerContext) {
        if incoming.mayRead() { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { incoming.receive(unwrapInboundIn(data)) }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { outgoing.pump() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { end() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        // Where the other half was closed before, this is how the end of the stream is told.
        guard hasFailed || !outgoing.isEnded else { return end() }
        // Nobody is left to write to. That the peer has reset the connection has its turn behind what it has sent.
        outgoing.stop()
        incoming.receiveReset()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        hasFailed = true
        context.close(promise: nil)
    }

    private func end() {
        guard !hasEnded else { return }
        hasEnded = true
        incoming.receiveEnd()
    }
}
