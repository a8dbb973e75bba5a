// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// Counts the traffic of a proxy. Thread-safe.
final class TrafficMeter: Sendable {
    private let counts = Mutex(ProxyTraffic())

    var traffic: ProxyTraffic { counts.withLock { $0 } }

    func update(_ modify: (inout ProxyTraffic) -> Void) { counts.withLock { modify(&$0) } }
}

/// Counts the traffic of a client's channel.
final class ClientMeterHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private let meter: TrafficMeter
    private var isOpen = false

    init(_ meter: TrafficMeter) { self.meter = meter }

    func channelActive(context: ChannelHandlerContext) {
        isOpen = true
        meter.update { traffic in
            traffic.connections += 1
            traffic.openConnections += 1
            traffic.maxOpenConnections = max(traffic.maxOpenConnections, traffic.openConnections)
        }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        meter.update { $0.clientReadCount += 1 }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let count = unwrapOutboundIn(data).readableBytes
        meter.update { $0.bytesToClient += count }
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { end() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        guard isOpen else { return }
        isOpen = false
        meter.update { $0.openConnections -= 1 }
    }
}

/// Counts the bytes that are written to the server.
final class ServerMeterHandler: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private let meter: TrafficMeter

    init(_ meter: TrafficMeter) { self.meter = meter }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let count = unwrapOutboundIn(data).readableBytes
        meter.update { $0.bytesToServer += count }
        context.write(data, promise: promise)
    }
}
