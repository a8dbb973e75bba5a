// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import NIOHTTP1

/// A connection of a client of an ``HTTPFaultProxy``: responds with faults, or forwards requests to the server.
///
/// The first request that is forwarded opens a connection to the server. Both connections end together.
final class HTTPProxyHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPServerResponsePart

    private enum Server {
        case none
        /// With the parts to send when it is connected.
        case connecting([HTTPClientRequestPart])
        case connected(HTTPUpstreamHandler)
    }

    private let proxy: HTTPFaultProxyCore
    private var context: ChannelHandlerContext?
    private var server = Server.none
    private var request: HTTPRequestHead?
    private var plan = HTTPFaultPlanner.Plan.forward([])
    private var modifier: HTTPResponseModifier?
    private var endless: EndlessResponse?
    private var unwritten = 0
    private var closesWhenWritten = false
    private var isReadWithheld = false

    init(_ proxy: HTTPFaultProxyCore) { self.proxy = proxy }

    // MARK: - Channel events

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func read(context: ChannelHandlerContext) {
        isReadWithheld = !canForward
        if canForward { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if case .head(let head) = part { begin(head) }
        switch plan {
        case .forward(let faults): forward(part, faults, context)
        case .respond(let fault): if case .end = part { respond(fault) }
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        if case .connected(let server) = server { server.resumeReading() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        endless?.stop()
        if case .connected(let server) = server { server.close() }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    // MARK: - Requests

    private func begin(_ head: HTTPRequestHead) {
        proxy.log.add(method: head.method.rawValue, path: head.uri)
        plan = proxy.planner.plan(for: head.uri)
        request = head
        // The client waits for this response before it sends the body, and the fault is sent after the body.
        if case .respond = plan, head.headers[canonicalForm: "expect"].contains("100-continue") {
            write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
        }
    }

    private func forward(_ part: HTTPServerRequestPart, _ faults: [HTTPFault.Kind], _ context: ChannelHandlerContext) {
        switch part {
        case .head(var head):
            if faults.contains(where: \.readsBody) { head.headers.remove(name: "Accept-Encoding") }
            send(.head(head), context)
        case .body(let bytes): send(.body(.byteBuffer(bytes)), context)
        case .end(let trailers): send(.end(trailers), context)
        }
    }

    private func send(_ part: HTTPClientRequestPart, _ context: ChannelHandlerContext) {
        switch server {
        case .connected(let server): server.send(part)
        case .connecting(let parts): server = .connecting(parts + [part])
        case .none:
            server = .connecting([part])
            connect(context)
        }
    }

    // MARK: - Responses

    private func respond(_ fault: HTTPFault.Kind) {
        guard let request, let context else { return }
        let response = FaultResponse(fault, to: request)
        write(.head(response.head))
        if response.isEndless {
            let endless = EndlessResponse(context.channel) { [weak self] in self?.write(.body(.byteBuffer($0))) }
            self.endless = endless
            return endless.start()
        }
        if response.body.readableBytes > 0 { write(.body(.byteBuffer(response.body))) }
        closesWhenWritten = !request.isKeepAlive
        write(.end(nil))
    }

    /// Processes a part of the server's response.
    func receive(_ part: HTTPClientResponsePart) {
        switch part {
        case .head(let head) where head.status.code < 200: write(.head(head))
        case .head(var head):
            guard case .forward(let faults) = plan else { return }
            let hasBody = request?.method != .HEAD && head.status.mayHaveResponseBody
            modifier = HTTPResponseModifier(faults, &head, hasBody: hasBody)
            write(.head(head))
        case .body(let bytes): write(.body(.byteBuffer(modifier?.modify(bytes) ?? bytes)))
        case .end(let trailers):
            if let trailingBytes = modifier?.trailingBytes, trailingBytes.readableBytes > 0 {
                write(.body(.byteBuffer(trailingBytes)))
            }
            closesWhenWritten = closesWhenWritten || modifier?.closesConnection == true
            write(.end(trailers))
        }
    }

    private func write(_ part: HTTPServerResponsePart) {
        guard let context else { return }
        unwritten += 1
        context.writeAndFlush(wrapOutboundOut(part)).assumeIsolated().whenComplete { _ in
            self.unwritten -= 1
            self.closeIfWritten()
        }
    }

    private func closeIfWritten() {
        if closesWhenWritten, unwritten == 0 { context?.close(promise: nil) }
    }

    // MARK: - Server

    /// Whether more can be written to the client.
    var isWritable: Bool { context?.channel.isWritable ?? true }

    private var canForward: Bool {
        switch server {
        case .none: true
        case .connecting: false
        case .connected(let server): server.isWritable
        }
    }

    /// Called when the connection to the server is writable again.
    func resumeReading() {
        if isReadWithheld, canForward { context?.read() }
    }

    /// Called when the server has closed the connection.
    func serverDidClose() {
        closesWhenWritten = true
        closeIfWritten()
    }

    private func connect(_ context: ChannelHandlerContext) {
        let handler = HTTPUpstreamHandler(self)
        let bound = NIOLoopBound((handler, proxy.meter), eventLoop: context.eventLoop)
        Loopback.connect(to: proxy.upstream, on: context.eventLoop, halfClosure: false) { channel in
            let (handler, meter) = bound.value
            try channel.pipeline.syncOperations.addHTTPUpstreamHandlers(handler, meter)
        }.assumeIsolated().whenComplete { self.connected($0.map { _ in handler }) }
    }

    private func connected(_ result: Result<HTTPUpstreamHandler, any Error>) {
        guard let context, case .connecting(let parts) = server, context.channel.isActive else {
            if case .success(let handler) = result { handler.close() }
            return
        }
        switch result {
        case .success(let handler):
            server = .connected(handler)
            for part in parts { handler.send(part) }
            resumeReading()
        // There is no server whose response could be modified.
        case .failure: context.channel.reset()
        }
    }
}
