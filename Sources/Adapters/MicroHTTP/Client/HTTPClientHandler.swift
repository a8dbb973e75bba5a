// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// A connection of a client: handles one call at a time, or one stream. Between calls it belongs to the pool.
final class HTTPClientHandler: ChannelDuplexHandler {
    typealias InboundIn = Never
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    enum Usage {
        case idle
        case call(HTTPCall)
        case stream(HTTPClientStream)
        /// The stream has ended; the connection is closed.
        case ended
    }

    /// The maximum idle time after which a connection is used without asking the kernel whether it is still open. A
    /// disconnect takes about this long to arrive over a network anyway.
    private static let maxUncheckedIdleTime = Duration.milliseconds(1)
    /// The number of responses after which a peer is known not to close the connection after each of them.
    private static let minTrustedResponseCount = 16

    let pool: HTTPConnectionPool
    let address: Address
    let loop: HTTPLoop
    private(set) var context: ChannelHandlerContext?
    var usage = Usage.idle
    private(set) var decoder: HTTPMessageDecoder<HTTPClientHandler>?
    private var connection: HTTPConnection?
    private var registration: HTTPLoop.Registration?
    /// The head of the response that is being received.
    private var head: HTTPHead?
    private var body = HTTPBody()
    private var lastUse = ContinuousClock.now
    private var responseCount = 0
    /// Whether the pool counts this connection.
    private var isActivated = false
    /// Whether the connection was reset, or its input ended within a message.
    private var hasFailed = false

    private init(pool: HTTPConnectionPool, address: Address, loop: HTTPLoop) {
        self.pool = pool
        self.address = address
        self.loop = loop
    }

    var configuration: HTTPConfiguration { pool.configuration }

    /// Adds the decoder and the handler of a new connection.
    static func add(
        to pipeline: ChannelPipeline.SynchronousOperations, of pool: HTTPConnectionPool, to address: Address,
        on eventLoop: any EventLoop
    ) throws {
        let handler = HTTPClientHandler(pool: pool, address: address, loop: .of(eventLoop))
        let decoder = HTTPMessageDecoder(.response, for: handler, configuration: pool.configuration)
        try pipeline.addHandler(decoder)
        handler.decoder = decoder
        try pipeline.addHandler(handler)
    }

    // MARK: - From the pool

    /// Marks the connection as open and counted by the pool.
    ///
    /// - Returns: False if it has already closed.
    func activate() -> Bool {
        isActivated = context?.channel.isActive ?? false
        return isActivated
    }

    func send(_ call: HTTPCall) {
        guard let context, let connection, context.channel.isActive else { return pool.submit(call) }
        guard !hasPeerClosed(context) else {
            close()
            return pool.submit(call)
        }
        guard call.state.assign(to: connection) else { return pool.release(connection, to: address) }
        usage = .call(call)
        if let registration { loop.callDidStart(registration) }
        write(call.head, call.body, context)
    }

    func abandon(_ call: HTTPCall) {
        guard case .call(let current) = usage, current === call else { return }
        endCall()
        close()
    }

    func close() { context?.close(promise: nil) }

    // MARK: - From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection = HTTPConnection(self, on: context.eventLoop)
        registration = loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        connection = nil
        if let registration { loop.remove(registration) }
        registration = nil
    }

    func read(context: ChannelHandlerContext) {
        if decoder?.shouldRead() != false { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .stream(let stream) = usage, context.channel.isWritable { stream.pipe.handleWritable() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isActivated { pool.remove(connection, from: address) }
        isActivated = false
        // Messages that wait for a slow reader were sent before the connection was closed.
        if decoder?.drain() == false { hasFailed = true }
        if case .stream(let stream) = usage, head == nil, !hasFailed, !pool.isClosed, stream.isEndedByConnectionClose {
            finish(stream)
        } else {
            fail(pool.isClosed ? .transportClosed(wasSent: true) : .connectionLost(to: address, nil))
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        hasFailed = true
        fail(.exchangeFailed(with: address, error))
        context.close(promise: nil)
    }

    // MARK: - Calls

    private func complete(_ call: HTTPCall, _ head: HTTPHead, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
        // HTTP/1.1 keeps the order of responses. Their `Micro-Id` is not reliable: v4 sends the ID of the connection's
        // first call, and v0.x repeats all headers of that call.
        endCall()
        responseCount += 1
        let result = Result {
            try pool.wireFormat.readResponse(head, body: body, from: address, service: call.service)
        }
        // A peer that responds early may not read the rest of a large request, and a peer that sends more bytes is out
        // of sync.
        let isReusable =
            !head.framing.shouldCloseConnection && decoder?.hasBufferedInput == false
            && (call.body == nil || isWritten(context))
        let isFirstResult = call.state.end(result) {
            if isReusable, let connection { pool.release(connection, to: address) }
        }
        if !isFirstResult || !isReusable { close() }
    }

    private func endCall() {
        usage = .idle
        lastUse = .now
        if let registration { loop.callDidEnd(registration) }
    }

    /// Closes the sending side. The server can read to the end, and can still send.
    func closeOutput() { context?.close(mode: .output, promise: nil) }

    /// Ends the call or the stream, if there is one, and closes its connection.
    func fail(_ error: MicroError) {
        switch usage {
        case .idle, .ended: return
        case .call(let call):
            endCall()
            call.state.end(.failure(error))
            close()
        case .stream(let stream): stream.hasPeerFinished ? finish(stream) : end(stream, error)
        }
    }

    func write(_ head: ByteBuffer, _ body: ByteBuffer?, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(head), promise: nil)
        if let body { context.write(wrapOutboundOut(body), promise: nil) }
        context.flush()
    }

    private func isWritten(_ context: ChannelHandlerContext) -> Bool {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 == 0
    }

    /// Whether the peer has closed an idle connection. The event loop is notified of this, too, but possibly later.
    /// Nothing has been written yet, so the call can use another connection. Asking the kernel takes a tenth of the
    /// time of a call.
    private func hasPeerClosed(_ context: ChannelHandlerContext) -> Bool {
        #if os(Linux)
        guard responseCount < Self.minTrustedResponseCount || ContinuousClock.now - lastUse > Self.maxUncheckedIdleTime
        else { return false }
        // The first byte of the kernel's `struct tcp_info` is the state of the connection (tcp(7)).
        guard let info = try? context.channel.syncOptions?.getOption(.tcpOption(.tcp_info)) else { return false }
        let established: UInt8 = 1
        return withUnsafeBytes(of: info) { $0.first != established }
        #else
        return false
        #endif
    }
}

// MARK: - From the decoder

extension HTTPClientHandler: HTTPMessageReceiver {
    var isBusy: Bool {
        if case .stream(let stream) = usage { stream.isPaused } else { false }
    }

    func willDecode() -> Bool {
        switch usage {
        case .call, .stream: return true
        case .idle: close()
        case .ended: break
        }
        return false
    }

    func didDecode() {}

    func receiveHead(_ head: HTTPHead) {
        switch usage {
        case .idle: return close()
        case .ended: return
        case .call, .stream: break
        }
        let framing = head.framing
        let hasNoBody = head.status < 200 || head.status == 204 || head.status == 304
        guard framing.length != nil || framing.isChunked || hasNoBody else {
            // The body would end with the connection, which cannot be distinguished from truncation.
            return fail(.badResponse(from: address, "without a length (HTTP \(head.status))"))
        }
        guard framing.length ?? 0 <= configuration.maxBodySize else { return bodyTooLarge(framing.length) }
        self.head = head
    }

    func receiveBody(_ part: ByteBuffer) {
        guard head != nil, !body.append(part, limit: configuration.maxBodySize) else { return }
        bodyTooLarge(nil)
    }

    func receiveEnd() {
        guard let head, let context else { return }
        self.head = nil
        let body = body.take()
        switch usage {
        case .call(let call): complete(call, head, body, context)
        case .stream(let stream): receive(head, body, on: stream)
        case .idle, .ended: break
        }
    }

    func receiveDecodingError(_ error: any Error) {
        fail(.exchangeFailed(with: address, error))
        close()
    }

    private func bodyTooLarge(_ length: Int?) {
        head = nil
        let size = length.map { "\($0) bytes" } ?? "more bytes than allowed"
        fail(
            MicroError(
                .payloadTooLarge,
                "the body of the response of \(address) has \(size): the limit is \(configuration.maxBodySize)",
                origin: MicroError.Origin.client))
    }
}

// MARK: - Deadlines

extension HTTPClientHandler: HTTPLoop.Member {
    func check(_ now: ContinuousClock.Instant) {
        switch usage {
        case .call(let call): if call.deadline <= now { call.expire() }
        case .stream(let stream): check(stream, now)
        case .idle:
            guard isActivated, now - lastUse > configuration.maxIdleConnectionAge, let connection else { return }
            // Remove the connection first, so that no call takes it before it is closed.
            if pool.removeIdle(connection, from: address) { close() }
        case .ended: break
        }
    }
}
