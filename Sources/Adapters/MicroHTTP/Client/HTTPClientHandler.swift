// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore
import NIOHTTP1

/// One connection of a client: carries one call at a time, and is given back to the pool only when it is in order. Or one
/// stream.
final class HTTPClientHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    private enum Usage {
        case idle
        case call(HTTPCall)
        case stream(HTTPStream, HTTPStreamRequest)
        /// The stream has ended; the connection goes with it.
        case ended
    }

    /// A response that SwiftNIO's codec reads.
    private struct Response {
        let head: HTTPHead
        let isLast: Bool
        var body = ByteBuffer()
    }

    /// How long a connection that has proved itself may have been idle and is not asked whether it is still open: for about
    /// as long as that stays unknown anyway, on its way through a network.
    private static let maxUncheckedIdleTime = Duration.milliseconds(1)
    /// So many answers prove that the peer does not close behind each of them.
    private static let minTrustedResponseCount = 16

    private let pool: HTTPConnectionPool
    private let address: Address
    private let loop: HTTPLoop
    private var context: ChannelHandlerContext?
    private var connection: HTTPConnection?
    private var usage = Usage.idle
    private var reader: HTTPReader
    private var response: Response?
    /// Which sides of the stream send nothing more.
    private var (hasFinished, hasPeerFinished) = (false, false)
    /// Whether a reader of the stream has enough for now.
    private var isPaused = false
    private var isReadDeferred = false
    private var lastUse = ContinuousClock.now
    private var responseCount = 0
    /// Whether the pool counts this connection.
    private var isActivated = false

    init(pool: HTTPConnectionPool, address: Address, loop: HTTPLoop) {
        self.pool = pool
        self.address = address
        self.loop = loop
        reader = HTTPReader(.response, limits: pool.configuration)
    }

    var configuration: HTTPConfiguration { pool.configuration }

    // MARK: - From the pool

    /// The connection is open and counts from now on.
    ///
    /// - Returns: False if it has closed already.
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
        loop.callDidStart()
        write(call.head, call.body, context)
    }

    /// Opens a stream on this connection, which carries nothing else.
    func open(_ streamRequest: HTTPStreamRequest) -> TransportStream? {
        guard let context, context.channel.isActive, case .idle = usage else { return nil }
        let (stream, inner) = HTTPStream.make(on: self, context.eventLoop, maxBodySize: configuration.maxBodySize)
        usage = .stream(inner, streamRequest)
        write(ByteBuffer())
        context.eventLoop.assumeIsolated().scheduleTask(in: streamRequest.request.deadline.remainingTime) {
            [weak self] in
            self?.expire()
        }
        return stream
    }

    func abandon(_ call: HTTPCall) {
        guard case .call(let present) = usage, present === call else { return }
        endCall()
        close()
    }

    func close() { context?.close(promise: nil) }

    // MARK: - From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection = HTTPConnection(self, on: context.eventLoop)
        loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        connection = nil
        loop.remove(self)
    }

    func read(context: ChannelHandlerContext) {
        isReadDeferred = isPaused
        if !isPaused { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        reader.append(unwrapInboundIn(data))
        processMessages(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .stream(let stream, _) = usage, context.channel.isWritable { stream.handleWritable() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isActivated { pool.remove(connection, from: address) }
        isActivated = false
        fail(pool.isClosed ? .transportClosed(wasSent: true) : .connectionLost(to: address, nil))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(.exchangeFailed(with: address, error))
        context.close(promise: nil)
    }

    // MARK: - Messages

    private func processMessages(_ context: ChannelHandlerContext) {
        while !isPaused {
            switch usage {
            case .idle:
                // Nobody has asked.
                return reader.hasBytes ? close() : ()
            case .ended: return
            case .call, .stream: break
            }
            switch reader.next() {
            case .message(let head, let body): handle(head, body, isLast: head.fields.shouldCloseConnection, context)
            case .needMoreData: return
            case .unsupported: return switchToNIODecoder(context)
            }
        }
    }

    private func handle(_ head: HTTPHead, _ body: ByteBuffer, isLast: Bool, _ context: ChannelHandlerContext) {
        switch usage {
        case .call(let call): complete(call, head, body, isLast: isLast, context)
        case .stream(let stream, let streamRequest): handle(head, body, stream, streamRequest)
        case .idle, .ended: break
        }
    }

    private func complete(
        _ call: HTTPCall, _ head: HTTPHead, _ body: ByteBuffer, isLast: Bool, _ context: ChannelHandlerContext
    ) {
        if let id = head.fields.id, id != String(call.id) {
            return fail(.badResponse(from: address, "another request (Micro-Id \(id.prefix(40)), not \(call.id))"))
        }
        endCall()
        responseCount += 1
        let result = Result {
            try pool.wireFormat.readResponse(head, body: body, from: address, service: call.service)
        }
        // A peer that answers early may not read the rest of the request, if that is a large one, and one that goes on has
        // lost count.
        let isReusable = !isLast && !reader.hasBytes && (call.body == nil || isWritten(context))
        let isEnd = call.state.end(result) {
            if isReusable, let connection { pool.release(connection, to: address) }
        }
        if !isEnd || !isReusable { close() }
    }

    private func handle(_ head: HTTPHead, _ body: ByteBuffer, _ stream: HTTPStream, _ streamRequest: HTTPStreamRequest)
    {
        if head.fields.error == GoMicroHeaders.endOfStream {
            stream.source.finish()
            // The server may still read. It closes the connection when it has ended.
            hasPeerFinished = true
            return hasFinished ? finish(stream) : ()
        }
        do {
            let message = try pool.wireFormat.readResponse(
                head, body: body, from: address, service: streamRequest.request.service)
            isPaused = !stream.source.yield(message.body)
        } catch {
            end(stream, error)
        }
    }

    private func endCall() {
        usage = .idle
        lastUse = .now
        loop.callDidEnd()
    }

    /// The stream has ended in order.
    private func finish(_ stream: HTTPStream) {
        usage = .ended
        stream.handlePeerEnd()
        close()
    }

    private func end(_ stream: HTTPStream, _ error: any Error) {
        usage = .ended
        stream.end(error)
        close()
    }

    private func expire() {
        guard case .stream(let stream, let streamRequest) = usage else { return }
        end(stream, HTTPCall.deadlineError(streamRequest.request, at: address, wasSent: true))
    }

    /// Ends the call or the stream, if there is one, and the connection with it.
    private func fail(_ error: MicroError) {
        switch usage {
        case .idle, .ended: return
        case .call(let call):
            endCall()
            call.state.end(.failure(error))
            close()
        case .stream(let stream, _): hasPeerFinished ? finish(stream) : end(stream, error)
        }
    }

    private func write(_ head: ByteBuffer, _ body: ByteBuffer?, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(head), promise: nil)
        if let body { context.write(wrapOutboundOut(body), promise: nil) }
        context.flush()
    }

    private func isWritten(_ context: ChannelHandlerContext) -> Bool {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 == 0
    }

    /// Whether the peer has closed a connection that was idle for a moment. The event loop hears of it as well, but may
    /// be behind; nothing has been written yet, so that the call can still go elsewhere. To ask the kernel takes a tenth of
    /// the time of a call.
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

// MARK: - What only the complete codec reads

extension HTTPClientHandler {
    private func switchToNIODecoder(_ context: ChannelHandlerContext) {
        guard case .call = usage else { return fail(.badResponse(from: address, "in another way than streams have")) }
        do {
            // Behind this answer the connection is closed.
            try context.pipeline.syncOperations.readResponse(before: self, reader.takeUnreadBytes()) {
                [weak self] part in
                self?.handle(part)
            }
        } catch {
            fail(.exchangeFailed(with: address, error))
        }
    }

    private func handle(_ part: HTTPClientResponsePart) {
        switch part {
        case .head(let head): receive(head)
        case .body(let body): receive(body)
        case .end:
            guard let response, let context else { return }
            self.response = nil
            handle(response.head, response.body, isLast: true, context)
        }
    }

    private func receive(_ head: NIOHTTP1.HTTPResponseHead) {
        guard case .call = usage else { return close() }
        let fields = HTTPFields(head.headers.lazy.map { ($0.name, $0.value) })
        let status = Int(head.status.code)
        guard fields.length != nil || fields.isChunked || !head.status.mayHaveResponseBody else {
            // It would end with the connection, and one that is cut off looks the same.
            return fail(.badResponse(from: address, "without a length (HTTP \(status))"))
        }
        guard fields.length ?? 0 <= configuration.maxBodySize else { return tooLarge(fields.length) }
        response = Response(
            head: HTTPHead(status: status, fields: fields), isLast: !head.isKeepAlive || status == 101)
    }

    private func receive(_ part: ByteBuffer) {
        guard let size = response?.body.readableBytes else { return }
        guard size + part.readableBytes <= configuration.maxBodySize else { return tooLarge(nil) }
        if size == 0 { response?.body = part } else { response?.body.writeImmutableBuffer(part) }
    }

    private func tooLarge(_ length: Int?) {
        let size = length.map { "\($0) bytes" } ?? "more bytes than allowed"
        fail(
            MicroError(
                .payloadTooLarge,
                "the body of the response of \(address) has \(size): the limit is \(configuration.maxBodySize)",
                origin: MicroError.Origin.client))
    }
}

extension HTTPClientHandler: HTTPLoop.Member {
    func check(_ now: ContinuousClock.Instant) {
        switch usage {
        case .call(let call): if call.deadline <= now { call.expire() }
        case .idle:
            guard isActivated, now - lastUse > configuration.maxIdleConnectionAge, let connection else { return }
            // Nobody may take it meanwhile.
            if pool.removeIdle(connection, from: address) { close() }
        case .stream, .ended: break
        }
    }
}

extension HTTPClientHandler: HTTPStreamConnection {
    var isWritable: Bool { context?.channel.isWritable ?? true }

    func write(_ message: ByteBuffer) {
        guard case .stream(_, let streamRequest) = usage, let context else { return }
        let (head, body) = streamRequest.encode(message)
        write(head, body, context)
    }

    func writeEnd() {
        guard case .stream(let stream, let streamRequest) = usage, let context else { return }
        write(streamRequest.encodeEnd(), nil, context)
        hasFinished = true
        if hasPeerFinished { finish(stream) }
    }

    func resume() {
        guard isPaused, let context else { return }
        isPaused = false
        processMessages(context)
        if isReadDeferred, !isPaused {
            isReadDeferred = false
            context.read()
        }
    }

    func abort() {
        guard case .stream(let stream, _) = usage else { return }
        end(stream, CancellationError())
    }
}
