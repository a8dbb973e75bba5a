// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// The connection of an ``HTTPProxyHandler`` to the server.
final class HTTPUpstreamHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private weak var client: HTTPProxyHandler?
    private var context: ChannelHandlerContext?
    private var isReadWithheld = false

    init(_ client: HTTPProxyHandler) { self.client = client }

    /// Whether more can be written to the server.
    var isWritable: Bool { context?.channel.isWritable ?? true }

    func send(_ part: HTTPClientRequestPart) { context?.writeAndFlush(wrapOutboundOut(part), promise: nil) }

    func close() { context?.close(promise: nil) }

    /// Called when the connection to the client is writable again.
    func resumeReading() {
        if isReadWithheld { context?.read() }
        isReadWithheld = false
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func read(context: ChannelHandlerContext) {
        isReadWithheld = client?.isWritable == false
        if !isReadWithheld { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { client?.receive(unwrapInboundIn(data)) }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { client?.resumeReading() }
    }

    func channelInactive(context: ChannelHandlerContext) { client?.serverDidClose() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// The codecs of both sides. Framing headers are never added or corrected, because faults may require wrong ones.
extension ChannelPipeline.SynchronousOperations {
    func addHTTPUpstreamHandlers(_ handler: HTTPUpstreamHandler, _ meter: TrafficMeter) throws {
        var encoding = HTTPRequestEncoder.Configuration()
        encoding.automaticallySetFramingHeaders = false
        let decoder = HTTPResponseDecoder(informationalResponseStrategy: .forward)
        try addHandlers([
            ServerMeterHandler(meter), HTTPRequestEncoder(configuration: encoding), ByteToMessageHandler(decoder),
            handler,
        ])
    }

    func addHTTPDownstreamHandlers(_ handler: HTTPProxyHandler, _ meter: TrafficMeter) throws {
        var encoding = HTTPResponseEncoder.Configuration()
        encoding.automaticallySetFramingHeaders = false
        try addHandlers([
            ClientMeterHandler(meter), HTTPResponseEncoder(configuration: encoding),
            ByteToMessageHandler(HTTPRequestDecoder()), HTTPServerPipelineHandler(), handler,
        ])
    }
}
