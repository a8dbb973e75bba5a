// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import NIOHTTP1
import NIOSSL
import NIOTLS

/// A connection to a node, for one request at a time. Used on its event loop.
final class UpstreamConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private enum State {
        case idle
        case waiting(Promise<UpstreamResponse>)
        case collecting(Promise<UpstreamResponse>, HTTPResponseHead, ByteBuffer)
        case streaming(UpstreamBody.Source)
        case closed
    }

    let key: UpstreamPool.Key
    private let pool: UpstreamPool
    private var context: ChannelHandlerContext?
    private var state = State.idle
    private var method = HTTPMethod.GET
    /// The number of requests that were sent.
    private var number = 0
    /// Whether another request may follow the response.
    private var isReusable = true
    /// Whether the connection is being closed, which takes some time with TLS.
    private var isClosing = false
    /// Whether the TLS handshake is incomplete: until then, nothing of the request is sent.
    private var isHandshaking: Bool
    /// Sends a body that is passed on while it arrives; nil if the whole request was sent.
    private var upload: Task<Void, Never>?
    /// Whether the reader of the body has to catch up before more is received.
    private var isPaused = false
    private var isReadDeferred = false
    private var lastActivity = NIODeadline.now()
    private var timer: Scheduled<Void>?

    init(_ key: UpstreamPool.Key, in pool: UpstreamPool) {
        self.key = key
        self.pool = pool
        isHandshaking = key.isSecure
    }

    // MARK: From the pool

    /// Sends a request. The response is provided when its head and a small body were received.
    func send(_ request: UpstreamRequest, _ response: Promise<UpstreamResponse>) {
        state = .waiting(response)
        guard let context, context.channel.isActive, !isClosing else {
            return fail(UpstreamError.notConnected(ChannelError.alreadyClosed))
        }
        method = request.head.method
        number += 1
        context.write(wrapOutboundOut(.head(request.head)), promise: nil)
        lastActivity = .now()
        switch request.body {
        case .buffered(let body):
            if body.readableBytes > 0 { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        case .streamed(let upload, _):
            context.flush()
            upload.markStarted()
            let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
            self.upload = Task { [channel = context.channel] in await connection.send(upload, on: channel) }
        }
    }

    func close() {
        isClosing = true
        pool.withdraw(self)
        context?.close(promise: nil)
    }

    /// Completes when the connection has closed; nil if it has no channel.
    var closeFuture: EventLoopFuture<Void>? { context?.channel.closeFuture }

    fileprivate func didSendBody() { upload = nil }

    // MARK: From the reader of a body

    func resumeReading(_ number: Int) {
        guard number == self.number, isPaused else { return }
        isPaused = false
        lastActivity = .now()
        guard isReadDeferred else { return }
        isReadDeferred = false
        context?.read()
    }

    /// Closes the connection unless the body was received before.
    func abandonBody(_ number: Int) {
        if number == self.number, case .streaming = state { close() }
    }

    // MARK: From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        pool.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        timer?.cancel()
        pool.remove(self)
    }

    func channelActive(context: ChannelHandlerContext) {
        scheduleCheck(after: isHandshaking ? UpstreamPool.connectTimeout : pool.longestCheckInterval)
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { isHandshaking = false }
        context.fireUserInboundEventTriggered(event)
    }

    func read(context: ChannelHandlerContext) {
        isReadDeferred = isPaused
        if !isPaused { context.read() }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        lastActivity = .now()
        context.write(data, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastActivity = .now()
        switch unwrapInboundIn(data) {
        case .head(let head): receive(head)
        case .body(let part): receive(part)
        case .end: receiveEnd()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(isHandshaking ? UpstreamError.notConnected(error) : Self.upstreamError(error))
        close()
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(isHandshaking ? UpstreamError.notConnected(ChannelError.eof) : UpstreamError.connectionClosed)
        context.fireChannelInactive()
    }

    // MARK: The response

    private func receive(_ head: HTTPResponseHead) {
        guard case .waiting(let response) = state else { return close() }
        guard head.status != .switchingProtocols else {
            fail(UpstreamError.invalidResponse("101 without a request for it"))
            return close()
        }
        isReusable = head.isKeepAlive
        let size = head.headers.first(name: "content-length").flatMap { Int($0) }
        let hasNoBody = method == .HEAD || head.status == .noContent || head.status == .notModified
        guard !hasNoBody, size ?? .max > ProxyBody.maxBufferedSize, let context else {
            state = .collecting(response, head, ByteBuffer())
            return
        }
        let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
        let reader = UpstreamBodyReader(connection: connection, number: number)
        let (body, source) = UpstreamBody.make(for: reader)
        state = .streaming(source)
        pool.didEnd(response)
        response.resolve(with: .success(UpstreamResponse(head, .parts(body, reader))))
    }

    private func receive(_ part: ByteBuffer) {
        switch state {
        case .collecting(let response, let head, var body):
            state = .idle
            if body.readableBytes == 0 { body = part } else { body.writeImmutableBuffer(part) }
            state = .collecting(response, head, body)
        case .streaming(let source):
            switch source.yield(part) {
            case .produceMore: break
            case .stopProducing: isPaused = true
            case .dropped: close()
            }
        case .idle, .waiting, .closed: close()
        }
    }

    private func receiveEnd() {
        let state = state
        if case .closed = state { return }
        self.state = .idle
        isPaused = false
        // Before the response is provided, so that the next request can take the connection.
        if isReusable, !isClosing, upload == nil, context?.channel.isActive == true {
            pool.release(self)
        } else {
            close()
        }
        switch state {
        case .collecting(let response, let head, let body):
            pool.didEnd(response)
            response.resolve(with: .success(UpstreamResponse(head, .bytes(body))))
        case .streaming(let source): source.finish()
        case .idle, .waiting, .closed: close()
        }
    }

    /// Ends the request, if there is one, and everything that belongs to the connection.
    private func fail(_ error: any Error) {
        let state = state
        self.state = .closed
        upload?.cancel()
        pool.withdraw(self)
        switch state {
        case .waiting(let response), .collecting(let response, _, _):
            pool.didEnd(response)
            response.reject(with: error)
        case .streaming(let source): source.finish(error)
        case .idle, .closed: break
        }
    }

    private static func upstreamError(_ error: any Error) -> any Error {
        switch error {
        case HTTPParserError.invalidEOFState, NIOSSLError.uncleanShutdown: UpstreamError.connectionClosed
        case let error as HTTPParserError: UpstreamError.invalidResponse("\(error)")
        case let error as NIOHTTPDecoderError: UpstreamError.invalidResponse("\(error)")
        default: error
        }
    }

    // MARK: Time limits

    /// One timer for all limits: most requests end long before it expires.
    private func scheduleCheck(after delay: TimeAmount) {
        timer?.cancel()
        timer = context?.eventLoop.assumeIsolated().scheduleTask(in: min(delay, pool.longestCheckInterval)) {
            self.check()
        }
    }

    private func check() {
        if isHandshaking {
            fail(UpstreamError.notConnected(ChannelError.connectTimeout(UpstreamPool.connectTimeout)))
            return close()
        }
        var isIdle = false
        if case .idle = state { isIdle = true }
        let limit = isIdle ? UpstreamPool.maxIdleTime : pool.idleTimeout
        // While the reader of the body catches up, or the client sends its body, the node may have nothing to send.
        if isPaused || upload != nil { lastActivity = .now() }
        let remaining = lastActivity + limit - .now()
        guard remaining <= .zero else { return scheduleCheck(after: remaining) }
        if !isIdle { fail(UpstreamError.idleTimeout) }
        close()
    }
}

extension NIOLoopBound<UpstreamConnection> {
    /// Sends a body part by part, as fast as the node takes it.
    fileprivate func send(_ upload: ProxyUpload, on channel: any Channel) async {
        do {
            for try await part in upload {
                try await channel.writeAndFlush(HTTPClientRequestPart.body(.byteBuffer(part)))
            }
            // Before the end is written: the response may arrive before this task continues.
            eventLoop.execute {
                value.didSendBody()
                channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
            }
        } catch {
            // The body or the connection has ended early: without its end, the request is void.
            channel.close(promise: nil)
        }
    }
}
