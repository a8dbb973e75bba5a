// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Reports the events of one of the two sockets of a connection to both directions.
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
        // If the other half has already been closed, this event is the end of the stream.
        guard hasFailed || !outgoing.isEnded else { return end() }
        // There is no peer to write to. Its reset is forwarded after the bytes that it has sent.
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
