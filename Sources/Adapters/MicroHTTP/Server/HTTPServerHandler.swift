// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import NIOCore
import NIOHTTP1

/// One connection of a server: answers its requests one at a time, in order. Or holds one stream.
final class HTTPServerHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    private enum State {
        case idle
        /// A request comes in by parts, which the complete codec reads.
        case receiving(InFlightRequest)
        /// The request was answered before it had come in: the rest of it is dropped.
        case discarding
        case running(InFlightRequest)
        case streaming(HTTPServerStream)
        /// The answer waits for the peer to read.
        case flushing
        /// Nothing is answered any more: the peer is given time to read the last answer.
        case closing
    }

    /// What the complete codec has read, or why it cannot.
    private enum Part {
        case part(HTTPServerRequestPart)
        case malformed(any Error)
    }

    /// How much of a body beyond the limit is read and dropped to keep the connection, in bytes.
    private static let maxDiscardedBytes = 16 * 1024 * 1024
    /// How long a closed connection waits for the peer to close it too.
    private static let lingerTimeout = TimeAmount.seconds(2)

    /// How long after its deadline a handler is cancelled: the caller goes at the deadline itself, which says more.
    private static let cancellationGracePeriod = Duration.milliseconds(50)

    private let connections: HTTPServerConnections
    private let loop: HTTPLoop
    private var service: HTTPServiceHandlers?
    private var context: ChannelHandlerContext?
    private var state = State.idle
    private var reader: HTTPReader
    /// Whether the complete codec reads.
    private var isUsingNIODecoder = false
    /// The body that is coming in; not in the state, where it would be copied with every piece.
    private var body = ByteBuffer()
    /// What came by parts while another request was answered; at most what one read brings, for then reading stops.
    private var pending = CircularBuffer<Part>()
    private var isReadDeferred = false
    private var isDraining = false
    /// Whether bytes are being read: what is written meanwhile leaves together.
    private var isReading = false
    private var needsFlush = false
    /// When the request that is coming in began, or the connection fell idle.
    private var lastStateChange = ContinuousClock.now

    init(_ connections: HTTPServerConnections, loop: HTTPLoop) {
        self.connections = connections
        self.loop = loop
        reader = HTTPReader(.request, limits: connections.configuration)
    }

    var configuration: HTTPConfiguration { connections.configuration }

    // MARK: - From the listener

    func drain() {
        isDraining = true
        if case .idle = state, let context { context.close(promise: nil) }
    }

    func terminate() {
        cancel()
        context?.close(promise: nil)
    }

    // MARK: - From the channel

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        switch connections.add(self, on: context.eventLoop) {
        case .serve(let service): self.service = service
        case .refuse: isDraining = true
        case .close: context.close(promise: nil)
        }
        loop.add(self)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancel()
        switch state {
        case .running, .streaming: loop.callDidEnd()
        default: break
        }
        state = .closing
        body = ByteBuffer()
        pending.removeAll()
        loop.remove(self)
        connections.remove(self)
        context.fireChannelInactive()
    }

    func read(context: ChannelHandlerContext) {
        // With something still to do no more is read. Otherwise reading goes on, and notices when the peer leaves.
        isReadDeferred = isBusy && (reader.hasBytes || !pending.isEmpty)
        if !isReadDeferred { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !reader.hasBytes { lastStateChange = .now }
        reader.append(unwrapInboundIn(data))
        // Not until the reading is complete: TLS may never say that it is.
        isReading = true
        processPending(context)
        isReading = false
        if needsFlush { context.flush() }
        needsFlush = false
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is HTTPParserError, is NIOHTTPDecoderError: handle(.malformed(error))
        // What comes behind garbage, while the peer is given time to read the answer to it.
        case is ByteToMessageDecoderError: break
        default: context.close(promise: nil)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            switch state {
            case .flushing:
                becomeIdle(context)
                processPending(context)
            case .streaming(let stream): stream.inner.handleWritable()
            default: break
            }
        }
        context.fireChannelWritabilityChanged()
    }

    // MARK: - Requests

    /// Whether what comes has to wait.
    private var isBusy: Bool {
        switch state {
        case .running, .flushing: true
        case .streaming(let stream): stream.isPaused
        case .idle, .receiving, .discarding, .closing: false
        }
    }

    /// Does what waits, and reads on.
    private func processPending(_ context: ChannelHandlerContext) {
        while !isBusy, let part = pending.popFirst() { process(part, context) }
        reading: while !isUsingNIODecoder, !isBusy, reader.hasBytes {
            if case .closing = state { _ = reader.takeUnreadBytes() }
            switch reader.next() {
            case .message(let head, let body): handle(head, body, context)
            case .needMoreData: break reading
            case .unsupported: switchToNIODecoder(context)
            }
        }
        if isDraining, case .idle = state { linger(context) }
        if isReadDeferred, !isBusy || !(reader.hasBytes || !pending.isEmpty) {
            isReadDeferred = false
            context.read()
        }
    }

    private func handle(_ head: HTTPHead, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
        lastStateChange = .now
        if case .streaming(let stream) = state { return stream.handle(head, body) }
        do {
            var request = try connections.wireFormat.readRequest(
                method: "POST", target: head.target, fields: head.fields,
                defaultRequestTimeout: configuration.defaultRequestTimeout
            )
            request.body = body
            let incoming = InFlightRequest(
                request, id: head.fields.id, isStream: head.fields.isStream, isLast: head.fields.shouldCloseConnection)
            start(incoming, head.fields.timeout, context)
        } catch {
            write(HTTPResponseHead(error), isLast: head.fields.shouldCloseConnection, context)
        }
    }

    private func start(_ incoming: InFlightRequest, _ timeout: String?, _ context: ChannelHandlerContext) {
        let request = incoming.request
        guard !isDraining, let service else {
            let error = MicroError(
                .unavailable, "\(request.service) is stopping", origin: MicroError.Origin.server)
            return write(errorResponse(error, to: incoming), isLast: true, context)
        }
        // go-micro's streams carry no number; calls do, but for those that are made by hand.
        if incoming.isStream || incoming.id == nil {
            if let handler = service.streams(request.endpoint) {
                return open(incoming, hasDeadline: timeout != nil, handler, context)
            }
            guard !incoming.isStream else {
                return write(errorResponse(MicroError.streamNotFound(request), to: incoming), isLast: true, context)
            }
        }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let id = incoming.id
        let requestExecutor = RequestExecutor(
            configuration: configuration, wireFormat: connections.wireFormat, logger: connections.logger)
        state = .running(incoming)
        loop.callDidStart()
        incoming.task = loop.executor.run {
            let response = await requestExecutor.execute(request, id: id, service.respond)
            bound.value.finish(response)
        }
    }

    private func finish(_ response: HTTPResponseHead) {
        guard case .running(let incoming) = state, let context else { return }
        loop.callDidEnd()
        write(response, isLast: incoming.isLast || isDraining, context)
        // Otherwise whoever has started it goes on.
        if incoming.task != nil { processPending(context) }
    }

    private func cancel() {
        switch state {
        case .running(let incoming): incoming.task?.cancel()
        case .streaming(let stream): stream.terminate()
        default: break
        }
    }

    // MARK: - Answers

    private func write(_ response: HTTPResponseHead, isLast: Bool, _ context: ChannelHandlerContext) {
        let isLast = isLast || isDraining
        send(response, isLast: isLast, context)
        if isLast { linger(context) } else { becomeIdle(context) }
    }

    private func send(_ response: HTTPResponseHead, isLast: Bool, _ context: ChannelHandlerContext) {
        var head = ByteBuffer()
        head.reserveCapacity(256 + min(response.body.readableBytes, 16 * 1024))
        response.writeHead(to: &head, isLast: isLast)
        let (first, second) = head.coalesced(with: response.body)
        context.write(wrapOutboundOut(first), promise: nil)
        if let second { context.write(wrapOutboundOut(second), promise: nil) }
        if isReading, !isLast { needsFlush = true } else { context.flush() }
    }

    private func becomeIdle(_ context: ChannelHandlerContext) {
        state = context.channel.isWritable ? .idle : .flushing
        lastStateChange = .now
        // Nobody would tell that it can be written on.
        if case .flushing = state, needsFlush {
            needsFlush = false
            context.flush()
            if context.channel.isWritable { state = .idle }
        }
    }

    /// Closes our half, once everything is written, and waits for the peer to close its own: closing at once, with bytes
    /// of the peer unread, would reset the connection and could take the answer from it.
    private func linger(_ context: ChannelHandlerContext) {
        if case .closing = state { return }
        state = .closing
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in
            self.context?.close(mode: .output, promise: nil)
            context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingerTimeout) {
                self.context?.close(promise: nil)
            }
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
    }

    private func errorResponse(_ error: MicroError, to incoming: InFlightRequest) -> HTTPResponseHead {
        connections.wireFormat.errorResponse(error, to: incoming.request, id: incoming.id)
    }
}

extension HTTPServerHandler: HTTPLoop.Member {
    func check(_ now: ContinuousClock.Instant) {
        switch state {
        case .running(let incoming):
            if incoming.request.deadline + Self.cancellationGracePeriod <= now { incoming.task?.cancel() }
        case .streaming(let stream):
            if stream.request.deadline + Self.cancellationGracePeriod <= now { stream.task?.cancel() }
        case .idle where !reader.hasBytes && !isUsingNIODecoder || isUsingNIODecoder && body.readableBytes == 0:
            if now - lastStateChange > configuration.idleTimeout { context?.close(promise: nil) }
        case .idle, .receiving, .discarding:
            // A peer that sends a request so slowly may never end.
            if now - lastStateChange > configuration.requestReadTimeout { context?.close(promise: nil) }
        case .flushing: if now - lastStateChange > configuration.idleTimeout { context?.close(promise: nil) }
        case .closing: break
        }
    }
}

// MARK: - Streams

extension HTTPServerHandler: HTTPStreamConnection {
    private func open(
        _ incoming: InFlightRequest, hasDeadline: Bool, _ handler: @escaping TransportStreamHandler,
        _ context: ChannelHandlerContext
    ) {
        var request = incoming.request
        request.body = ByteBuffer()
        // The limit for calls that have none of their own would end every stream.
        if !hasDeadline { request.deadline = .now + .seconds(365 * 24 * 60 * 60) }
        let (stream, inner) = HTTPStream.make(on: self, context.eventLoop, maxBodySize: configuration.maxBodySize)
        let session = HTTPServerStream(inner, request)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let requestExecutor = RequestExecutor(
            configuration: configuration, wireFormat: connections.wireFormat, logger: connections.logger)
        state = .streaming(session)
        loop.callDidStart()
        session.task = loop.executor.run { [request] in
            let error = await requestExecutor.executeStream(stream, request, handler)
            bound.value.end(error)
            // Let go of before its end it would be cancelled.
            withExtendedLifetime(stream) {}
        }
    }

    /// The handler has returned, or has given the stream up.
    private func end(_ error: MicroError?) {
        guard case .streaming(let session) = state, let context else { return }
        session.inner.endSending(HTTPStream.finished)
        loop.callDidEnd()
        if let error {
            send(connections.wireFormat.errorResponse(error, to: session.request, id: nil), isLast: true, context)
        } else if !session.hasFinished {
            send(HTTPResponseHead(endOf: session.request.contentType), isLast: true, context)
        }
        linger(context)
    }

    var isWritable: Bool { context?.channel.isWritable ?? true }

    func write(_ message: ByteBuffer) {
        guard case .streaming(let session) = state, let context else { return }
        send(HTTPResponseHead(message: message, contentType: session.request.contentType), isLast: false, context)
        // What is not flushed does not count under TLS, so that a handler that sends on and on would never wait.
        if needsFlush { context.flush() }
        needsFlush = false
    }

    func writeEnd() {
        guard case .streaming(let session) = state, let context else { return }
        session.hasFinished = true
        send(HTTPResponseHead(endOf: session.request.contentType), isLast: false, context)
    }

    func resume() {
        guard case .streaming(let session) = state, session.isPaused, let context else { return }
        session.isPaused = false
        processPending(context)
    }

    func abort() {
        end(MicroError(.unavailable, "the service has cancelled the stream", origin: MicroError.Origin.server))
    }
}

// MARK: - What only the complete codec reads

extension HTTPServerHandler {
    private func switchToNIODecoder(_ context: ChannelHandlerContext) {
        if case .streaming(let stream) = state {
            stream.terminate()
            return context.close(promise: nil)
        }
        isUsingNIODecoder = true
        do {
            try context.pipeline.syncOperations.readRequests(before: self, reader.takeUnreadBytes()) {
                [weak self] part in
                self?.handle(.part(part))
            }
        } catch {
            context.close(promise: nil)
        }
    }

    private func handle(_ part: Part) {
        guard let context else { return }
        if isBusy { pending.append(part) } else { process(part, context) }
    }

    private func process(_ part: Part, _ context: ChannelHandlerContext) {
        switch (state, part) {
        case (.idle, .part(.head(let head))): receive(head, context)
        case (.receiving(let incoming), .part(.body(let part))): receive(part, incoming, context)
        case (.receiving(let incoming), .part(.end)):
            swap(&incoming.request.body, &body)
            start(incoming, nil, context)
        case (.discarding, .part(.end)): isDraining ? linger(context) : becomeIdle(context)
        case (.idle, .malformed(let error)), (.receiving, .malformed(let error)):
            connections.logger.debug("a peer does not speak HTTP/1.1", metadata: ["error": "\(error)"])
            let refusal = HTTPStatusError(400, .invalidArgument, "this is not HTTP/1.1 (\(error))")
            write(HTTPResponseHead(refusal), isLast: true, context)
        case (.discarding, .malformed): linger(context)
        default: break
        }
    }

    private func receive(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        lastStateChange = .now
        // Behind an upgrade the codec reads no further. HTTP/1.0 knows no connection that lives on.
        let isLast = !head.isKeepAlive || head.version.minor == 0 || head.headers.contains(name: "upgrade")
        let fields = HTTPFields(head.headers.lazy.map { ($0.name, $0.value) })
        do {
            let request = try connections.wireFormat.readRequest(
                method: head.method.rawValue, target: head.uri, fields: fields,
                defaultRequestTimeout: configuration.defaultRequestTimeout)
            // Streams are read by the other codec alone.
            let incoming = InFlightRequest(request, id: fields.id ?? "", isStream: false, isLast: isLast)
            if let length = fields.length, length > configuration.maxBodySize {
                let response = errorResponse(tooLarge("\(length) bytes"), to: incoming)
                return refuse(fields, response, isLast: isLast || isExpectingContinue(head), context)
            }
            if isExpectingContinue(head) { writeContinue(context) }
            state = .receiving(incoming)
        } catch {
            var response = HTTPResponseHead(error)
            if head.method == .HEAD { response.body.clear() }
            refuse(fields, response, isLast: isLast || isExpectingContinue(head), context)
        }
    }

    private func receive(_ part: ByteBuffer, _ incoming: InFlightRequest, _ context: ChannelHandlerContext) {
        let size = body.readableBytes
        guard size + part.readableBytes <= configuration.maxBodySize else {
            // Chunks: how many more there will be is not known.
            body = ByteBuffer()
            return write(errorResponse(tooLarge("more"), to: incoming), isLast: true, context)
        }
        if size == 0 { body = part } else { body.writeImmutableBuffer(part) }
    }

    /// Answers before the request has come in, and drops the rest of it: within bounds, or by closing the connection.
    ///
    /// - Parameter isLast: Also for a peer that waits for permission: it may send the body or not.
    private func refuse(
        _ fields: HTTPFields, _ response: HTTPResponseHead, isLast: Bool, _ context: ChannelHandlerContext
    ) {
        let rest = fields.isChunked ? .max : fields.length ?? 0
        let isTooMuch = rest > configuration.maxBodySize.addingReportingOverflow(Self.maxDiscardedBytes).partialValue
        write(response, isLast: isLast || isTooMuch, context)
        if case .closing = state { return }
        state = .discarding
    }

    private func writeContinue(_ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
    }

    private func isExpectingContinue(_ head: HTTPRequestHead) -> Bool {
        head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
    }

    private func tooLarge(_ size: String) -> MicroError {
        MicroError(
            .payloadTooLarge,
            "the body of the request has \(size): the limit is \(configuration.maxBodySize) bytes",
            origin: MicroError.Origin.server)
    }
}
