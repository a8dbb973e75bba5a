// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOTLS

/// Fulfills a promise when the TLS handshake of a client has succeeded or failed.
final class TLSHandshakeHandler: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let handshakePromise: EventLoopPromise<Void>

    init(_ handshakePromise: EventLoopPromise<Void>) { self.handshakePromise = handshakePromise }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { handshakePromise.succeed() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        handshakePromise.fail(error)
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        handshakePromise.fail(ChannelError.eof)
        context.fireChannelInactive()
    }
}
