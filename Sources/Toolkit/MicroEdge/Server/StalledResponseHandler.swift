// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Closes the connection, or the stream of HTTP/2, of a client that does not read its response. Otherwise, the response would
/// occupy its connection and its permit for ever. Runs on the event loop of its channel.
final class StalledResponseHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let timeout: TimeAmount
    private var timer: Scheduled<Void>?

    /// - Parameter timeout: How long the client may accept no data.
    init(timeout: Duration) { self.timeout = TimeAmount(timeout) }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        if !context.channel.isWritable {
            timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { context.close(promise: nil) }
        }
        context.fireChannelWritabilityChanged()
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }
}
