// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Stops accepting connections for a second after a failure, such as the lack of a file descriptor.
///
/// SwiftNIO's `AcceptBackoffHandler` only delays the next read: the socket stays registered for reading, so the failed
/// accept is repeated immediately.
final class HTTPAcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let duration = TimeAmount.seconds(1)

    private var isPaused = false

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is IOError, !isPaused {
            isPaused = true
            setAutoRead(false, context)
            context.eventLoop.assumeIsolated().scheduleTask(in: Self.duration) {
                self.isPaused = false
                self.setAutoRead(true, context)
            }
        }
        context.fireErrorCaught(error)
    }

    /// Fails only if the socket has been closed.
    private func setAutoRead(_ value: Bool, _ context: ChannelHandlerContext) {
        try? context.channel.syncOptions?.setOption(.autoRead, value: value)
    }
}
