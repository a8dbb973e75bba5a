// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Notices that the client of a connection has closed its side. Runs on the event loop of its channel.
///
/// A server that only writes now and then would notice it with a later write.
final class DisconnectHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private var action: (@Sendable () -> Void)?
    private var hasDisconnected = false

    /// Sets the action for a disconnect, and runs it if the client has already disconnected; nil for none.
    func setAction(_ action: (@Sendable () -> Void)?) {
        self.action = action
        if hasDisconnected { disconnect() }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        RequestTargetHandler.install(in: context.pipeline.syncOperations)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { disconnect() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        disconnect()
        context.fireChannelInactive()
    }

    private func disconnect() {
        hasDisconnected = true
        action?()
        action = nil
    }
}
