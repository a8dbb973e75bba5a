// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import Logging
import MicroCore
import NIOCore

/// A connection of a server: responds to its requests one at a time, in order, or handles one stream.
final class HTTPServerHandler: ChannelDuplexHandler {
    typealias InboundIn = Never
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    enum State {
        case idle
        /// The body of a request is being received.
        case receiving(InFlightRequest)
        /// The request was refused before its body was received; the rest of it is dropped.
        case discarding
        case running(InFlightRequest)
        case streaming(HTTPServerStream)
        /// The last response is waiting for the peer to read it.
        case flushing
        /// No more requests are accepted. The last response is being written, or the peer is given time to read it.
        case closing
    }

    /// The maximum number of bytes beyond the body limit that are read and dropped to keep the connection.
    private static let maxDiscardedBytes = 16 * 1024 * 1024
    /// How long a closed connection waits for the peer to close it too.
    private static let lingerTimeout = TimeAmount.seconds(2)
    /// How long a drain waits for the first request of a connection.
    private static let firstRequestGracePeriod = Duration.milliseconds(500)
    /// How long a connection is idle before a drain closes it.
    private static let idlePeriod = Duration.milliseconds(100)
    /// How long a handler may continue to run after its caller has closed its sending side. The caller may be waiting
    /// for the response, as `nc -N` does, or may have disconnected, which must cancel the handler within a second. The
    /// two cannot be distinguished until something is written.
    private static let halfCloseGracePeriod = TimeAmount.milliseconds(500)
    /// How long after its deadline a handler is cancelled. The caller itself closes the connection at the deadline.
    private static let cancellationGracePeriod = Duration.milliseconds(50)

    let connections: HTTPServerConnections
    let loop: HTTPLoop
    private(set) var context: ChannelHandlerContext?
    var state = State.idle
    private var service: HTTPServiceHandlers?
    private(set) var decoder: HTTPMessageDecoder<HTTPServerHandler>?
    private var registration: HTTPLoop.Registration?
    /// The body that is being received. Not stored in the state, because each part would then copy it.
    private var body = HTTPBody()
    private var isDraining = false
    private var hasReceivedRequest = false
    /// Whether the peer sends nothing more.
    private(set) var isInputClosed = false
    /// Whether the sending side was closed, after the last response was written.
    private var isOutputClosed = false
    /// Whether input is being decoded: the responses to it are flushed together.
    private var isDecoding = false
    private var needsFlush = false
    /// The time at which the current request began, or at which the connection became idle.
    private var lastStateChange = ContinuousClock.now

    init(_ connections: HTTPServerConnections, loop: HTTPLoop) {
        self.connections = connections
        self.loop = loop
    }

    var configuration: HTTPConfiguration { connections.configuration }

    /// Adds the decoder and the handler of a new connection.
    static func add(
        to pipeline: ChannelPipeline.SynchronousOperations, of connections: HTTPServerConnections,
        on eventLoop: any EventLoop
    ) throws {
        let handler = HTTPServerHandler(connections, loop: .of(eventLoop))
        let decoder = HTTPMessageDecoder(.request, for: handler, configuration: connections.configuration)
        try pipeline.addHandler(decoder)
        handler.decoder = decoder
        try pipeline.addHandler(handler)
    }

    // MARK: - From the listener

    func drain() { isDraining = true }

    /// Closes the connection if it has no request. Waits for the first request of a new connection, which may follow
    /// the TLS handshake, and until the connection has been idle for a while: the caller of the last request may be about
    /// to send the next one.
    func closeIfIdle() {
        guard case .idle = state, let context else { return }
        let remaining =
            hasReceivedRequest
            ? lastStateChange + Self.idlePeriod - .now : Self.firstRequestGracePeriod
        guard remaining > .zero else { return close() }
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(remaining)) {
            guard case .idle = self.state else { return }
            if self.hasReceivedRequest { self.closeIfIdle() } else { self.close() }
        }
    }

    /// Closes the connection in both directions.
    ///
    /// While a channel allows half-closure, TLS does not accept the peer's close_notify as a reply, and waits for the
    /// timeout of its shutdown.
    private func close() {
        context?.channel.setOption(.allowRemoteHalfClosure, value: false).whenFailure { _ in }
        context?.close(promise: nil)
    }

    func terminate() {
        switch state {
        case .running(let call): call.task?.cancel()
        case .streaming(let stream): stream.terminate()
        default: break
        }
        context?.close(promise: nil)
    }

    // MARK: - From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        registration = loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        if let registration { loop.remove(registration) }
        registration = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        switch connections.add(self, on: context.eventLoop) {
        case .serve(let service): self.service = service
        case .refuse: isDraining = true
        case .refuseFirstRequest:
            isDraining = true
            closeIfIdle()
        case .close: context.close(promise: nil)
        }
        context.fireChannelActive()
    }

    func read(context: ChannelHandlerContext) {
        if decoder?.shouldRead() != false { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { inputDidClose(context) }
        context.fireUserInboundEventTriggered(event)
    }

    /// The peer has closed its sending side, or the whole connection; the two cannot be distinguished.
    private func inputDidClose(_ context: ChannelHandlerContext) {
        isInputClosed = true
        switch state {
        case .idle, .receiving, .discarding: context.close(promise: nil)
        // While the last response is being written, `linger` closes the connection afterwards.
        case .closing: if isOutputClosed { context.close(promise: nil) }
        case .flushing: break
        case .running(let call):
            // A swift-micro client closes only the whole connection.
            guard call.statedKind == nil else { return terminate() }
            context.eventLoop.assumeIsolated().scheduleTask(in: Self.halfCloseGracePeriod) {
                guard case .running(let current) = self.state, current === call else { return }
                self.terminate()
            }
        case .streaming(let stream): inputDidClose(stream, context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        switch state {
        case .running(let call): call.task?.cancel()
        case .streaming(let stream): stream.handleConnectionLost()
        default: break
        }
        state = .closing
        _ = body.take()
        decoder?.stop()
        connections.remove(self)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            switch state {
            case .flushing:
                becomeIdle(context)
                processNextRequests(context)
            case .streaming(let stream): stream.pipe.handleWritable()
            default: break
            }
        }
        context.fireChannelWritabilityChanged()
    }

    // MARK: - Calls

    /// Continues with the requests that had to wait.
    func processNextRequests(_ context: ChannelHandlerContext) {
        decoder?.resume()
        closeIfDrained(context)
    }

    private func closeIfDrained(_ context: ChannelHandlerContext) {
        if hasReceivedLastRequest, case .idle = state { linger(context) }
    }

    /// Whether the current request is the last one that is accepted.
    private var hasReceivedLastRequest: Bool { isDraining || isInputClosed && decoder?.hasBufferedInput != true }

    private func start(_ call: InFlightRequest, _ context: ChannelHandlerContext) {
        let request = call.request
        guard !isDraining, let service else {
            let error = MicroError(
                .unavailable, "\(request.service) is stopping", origin: MicroError.Origin.server)
            return write(errorResponse(error, to: call), isLast: true, context)
        }
        // The endpoint decides, not the headers: Go forwards `Micro-Stream` and `Micro-Id` from other requests.
        if call.statedKind != .call, call.isFromPeer {
            let envelope = LegacyRPCEnvelope(request)
            if let handler = service.streams(envelope?.endpoint ?? request.endpoint) {
                return open(call, envelope, handler, context)
            }
        }
        guard !call.opensStream else {
            return write(errorResponse(MicroError.streamNotFound(request), to: call), isLast: true, context)
        }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let id = call.id
        let requestExecutor = connections.requestExecutor
        begin(.running(call))
        call.task = loop.executor.run {
            let response = await requestExecutor.execute(request, id: id, service.respond)
            bound.value.finish(response)
        }
    }

    private func finish(_ response: HTTPServerResponse) {
        guard case .running(let call) = state, let context else { return }
        end()
        var response = response
        if call.isHeadRequest { response.body.clear() }
        write(response, isLast: call.isLast, context)
        // Without a task, the handler finished before `run` returned: the decoding loop is still on the stack.
        if call.task != nil { processNextRequests(context) }
    }

    /// A handler begins to run.
    func begin(_ state: State) {
        self.state = state
        if let registration { loop.callDidStart(registration) }
    }

    /// The handler has finished.
    func end() {
        if let registration { loop.callDidEnd(registration) }
    }

    // MARK: - Responses

    private func write(_ response: HTTPServerResponse, isLast: Bool, _ context: ChannelHandlerContext) {
        let isLast = isLast || hasReceivedLastRequest
        send(response, isLast: isLast, context)
        if isLast { linger(context) } else { becomeIdle(context) }
    }

    func send(_ response: HTTPServerResponse, isLast: Bool, _ context: ChannelHandlerContext) {
        var head = ByteBuffer()
        head.reserveCapacity(256 + min(response.body.readableBytes, ByteBuffer.maxCoalescedBodySize))
        response.writeHead(to: &head, isLast: isLast)
        let (first, second) = head.coalesced(with: response.body)
        context.write(wrapOutboundOut(first), promise: nil)
        if let second { context.write(wrapOutboundOut(second), promise: nil) }
        if isDecoding, !isLast { needsFlush = true } else { context.flush() }
    }

    func flush(_ context: ChannelHandlerContext) {
        if needsFlush { context.flush() }
        needsFlush = false
    }

    private func becomeIdle(_ context: ChannelHandlerContext) {
        state = context.channel.isWritable ? .idle : .flushing
        lastStateChange = .now
        // Without a flush, the channel does not become writable again.
        if case .flushing = state, needsFlush {
            flush(context)
            if context.channel.isWritable { state = .idle }
        }
    }

    /// Closes the output once everything is written, and waits for the peer to close its side: closing both, with
    /// unread bytes of the peer, would reset the connection, and the peer could lose the response.
    func linger(_ context: ChannelHandlerContext) {
        if case .closing = state { return }
        state = .closing
        lastStateChange = .now
        decoder?.stop()
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in
            if self.isInputClosed { return self.close() }
            self.isOutputClosed = true
            self.context?.close(mode: .output, promise: nil)
            context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingerTimeout) { self.close() }
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
    }

    private func errorResponse(_ error: MicroError, to call: InFlightRequest) -> HTTPServerResponse {
        connections.requestExecutor.errorResponse(error, to: call.request, id: call.id)
    }
}

// MARK: - From the decoder

extension HTTPServerHandler: HTTPMessageReceiver {
    var isBusy: Bool {
        switch state {
        case .running, .flushing: true
        case .streaming(let stream): stream.isPaused
        case .idle, .receiving, .discarding, .closing: false
        }
    }

    func willDecode() -> Bool {
        if decoder?.hasBufferedInput != true { lastStateChange = .now }
        // Responses are flushed when all input is decoded: with TLS, the end of a read is not always reported.
        isDecoding = true
        return true
    }

    func didDecode() {
        if let context {
            closeIfDrained(context)
            flush(context)
        }
        isDecoding = false
    }

    func receiveHead(_ head: HTTPHead) {
        hasReceivedRequest = true
        guard let context else { return }
        switch state {
        case .idle: receiveRequest(head, context)
        case .streaming(let stream): stream.receiveHead(head)
        default: break
        }
    }

    private func receiveRequest(_ head: HTTPHead, _ context: ChannelHandlerContext) {
        lastStateChange = .now
        do {
            let request = try connections.wireFormat.readRequest(
                head, defaultRequestTimeout: configuration.defaultRequestTimeout)
            let call = InFlightRequest(request, head)
            if let length = head.framing.length, length > configuration.maxBodySize {
                return refuse(head, with: errorResponse(bodyTooLarge("\(length) bytes"), to: call), context)
            }
            if head.framing.expectsContinue { writeContinue(context) }
            state = .receiving(call)
        } catch {
            var response = HTTPServerResponse(error)
            if head.method == "HEAD" { response.body.clear() }
            refuse(head, with: response, context)
        }
    }

    func receiveBody(_ part: ByteBuffer) {
        switch state {
        case .receiving(let call):
            guard let context, !body.append(part, limit: configuration.maxBodySize) else { return }
            // A chunked body: an unknown number of bytes would follow.
            write(errorResponse(bodyTooLarge("more"), to: call), isLast: true, context)
        case .streaming(let stream):
            guard !body.append(part, limit: configuration.maxBodySize) else { return }
            stream.terminate()
            context?.close(promise: nil)
        default: break
        }
    }

    func receiveEnd() {
        guard let context else { return }
        switch state {
        case .receiving(let call):
            call.request.body = body.take()
            start(call, context)
        case .discarding:
            becomeIdle(context)
            closeIfDrained(context)
        case .streaming(let stream): stream.receiveEnd(body.take())
        default: break
        }
    }

    func receiveDecodingError(_ error: any Error) {
        guard let context else { return }
        switch state {
        case .idle, .receiving:
            connections.logger.debug("received a request that is not HTTP/1.1", metadata: ["cause": "\(error)"])
            let refusal = HTTPStatusError(.invalidArgument, "the request is not HTTP/1.1 (\(error))")
            write(HTTPServerResponse(refusal), isLast: true, context)
        case .discarding: linger(context)
        case .streaming(let stream):
            stream.terminate()
            context.close(promise: nil)
        case .running, .flushing, .closing: break
        }
    }

    /// Responds before the body has been received. The body is read and dropped; the connection is closed if the body
    /// may be too long for that, or if the peer may omit it because it waits for permission.
    private func refuse(_ head: HTTPHead, with response: HTTPServerResponse, _ context: ChannelHandlerContext) {
        let framing = head.framing
        let rest = framing.isChunked ? .max : framing.length ?? 0
        let isTooLong = rest > configuration.maxBodySize.addingReportingOverflow(Self.maxDiscardedBytes).partialValue
        let isLast = framing.shouldCloseConnection || framing.expectsContinue || isTooLong
        write(response, isLast: isLast, context)
        if case .closing = state { return }
        state = .discarding
    }

    private func writeContinue(_ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
    }

    private func bodyTooLarge(_ size: String) -> MicroError {
        MicroError(
            .payloadTooLarge, "the body of the request has \(size): the limit is \(configuration.maxBodySize) bytes",
            origin: MicroError.Origin.server)
    }
}

// MARK: - Deadlines

extension HTTPServerHandler: HTTPLoop.Member {
    func check(_ now: ContinuousClock.Instant) {
        switch state {
        case .running(let call): if isOverdue(call.request, now) { call.task?.cancel() }
        case .streaming(let stream): if isOverdue(stream.request, now) { stream.task?.cancel() }
        case .idle where decoder?.hasBufferedInput != true, .flushing:
            closeConnection(unchangedFor: configuration.idleTimeout, now)
        // A peer may never read the last response.
        case .closing where !isOutputClosed: closeConnection(unchangedFor: configuration.idleTimeout, now)
        case .idle, .receiving, .discarding:
            // A peer may send an endless request.
            closeConnection(unchangedFor: configuration.requestReadTimeout, now)
        case .closing: break
        }
    }

    private func isOverdue(_ request: TransportRequest, _ now: ContinuousClock.Instant) -> Bool {
        request.deadline + Self.cancellationGracePeriod <= now
    }

    private func closeConnection(unchangedFor limit: Duration, _ now: ContinuousClock.Instant) {
        if now - lastStateChange > limit { close() }
    }
}
