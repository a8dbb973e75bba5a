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
        case receiving(HTTPIncoming)
        /// The request was answered before it had come in: the rest of it is dropped.
        case discarding
        case running(HTTPIncoming)
        case streaming(HTTPServerStream)
        /// The answer waits for the peer to read.
        case flushing
        /// Nothing is answered any more: the peer is given time to read the last answer.
        case closing
    }

    /// What the complete codec has read, or why it cannot.
    private enum Part {
        case part(HTTPServerRequestPart)
        case garbage(any Error)
    }

    /// How much of a body beyond the limit is read and dropped to keep the connection, in bytes.
    private static let discardable = 16 * 1024 * 1024
    /// How long a closed connection waits for the peer to close it too.
    private static let lingering = TimeAmount.seconds(2)

    /// How long after its deadline a handler is cancelled: the caller goes at the deadline itself, which says more.
    private static let slack = Duration.milliseconds(50)

    private let connections: HTTPServerConnections
    private let loop: HTTPLoop
    private var service: HTTPService?
    private var context: ChannelHandlerContext?
    private var state = State.idle
    private var reader: HTTPReader
    /// Whether the complete codec reads.
    private var isForeign = false
    /// The body that is coming in; not in the state, where it would be copied with every piece.
    private var body = ByteBuffer()
    /// What came by parts while another request was answered; at most what one read brings, for then reading stops.
    private var pending = CircularBuffer<Part>()
    private var isReadHeld = false
    private var isDraining = false
    /// Whether bytes are being read: what is written meanwhile leaves together.
    private var isReading = false
    private var needsFlush = false
    /// When the request that is coming in began, or the connection fell idle.
    private var since = ContinuousClock.now

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

    func cut() {
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
        case .running, .streaming: loop.callEnds()
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
        isReadHeld = isBusy && (reader.hasBytes || !pending.isEmpty)
        if !isReadHeld { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !reader.hasBytes { since = .now }
        reader.append(unwrapInboundIn(data))
        // Not until the reading is complete: TLS may never say that it is.
        isReading = true
        goOn(context)
        isReading = false
        if needsFlush { context.flush() }
        needsFlush = false
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is HTTPParserError, is NIOHTTPDecoderError: take(.garbage(error))
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
                goOn(context)
            case .streaming(let stream): stream.inner.becomeWritable()
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
        case .streaming(let stream): stream.isHeld
        case .idle, .receiving, .discarding, .closing: false
        }
    }

    /// Does what waits, and reads on.
    private func goOn(_ context: ChannelHandlerContext) {
        while !isBusy, let part = pending.popFirst() { process(part, context) }
        reading: while !isForeign, !isBusy, reader.hasBytes {
            if case .closing = state { _ = reader.takeRest() }
            switch reader.next() {
            case .message(let head, let body): take(head, body, context)
            case .more: break reading
            case .foreign: readOtherwise(context)
            }
        }
        if isDraining, case .idle = state { linger(context) }
        if isReadHeld, !isBusy || !(reader.hasBytes || !pending.isEmpty) {
            isReadHeld = false
            context.read()
        }
    }

    private func take(_ head: HTTPHead, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
        since = .now
        if case .streaming(let stream) = state { return stream.take(head, body) }
        do {
            var request = try connections.dialect.readRequest(
                method: "POST", target: head.target, fields: head.fields, defaultDeadline: configuration.defaultDeadline
            )
            request.body = body
            let incoming = HTTPIncoming(
                request, id: head.fields.id, isStream: head.fields.isStream, isLast: head.fields.closes)
            start(incoming, head.fields.timeout, context)
        } catch {
            write(HTTPAnswer(error), isLast: head.fields.closes, context)
        }
    }

    private func start(_ incoming: HTTPIncoming, _ timeout: String?, _ context: ChannelHandlerContext) {
        let request = incoming.request
        guard !isDraining, let service else {
            let error = MicroError(
                .unavailable, "\(request.service) is stopping", origin: MicroError.Origin.server)
            return write(answer(error, to: incoming), isLast: true, context)
        }
        // go-micro's streams carry no number; calls do, but for those that are made by hand.
        if incoming.isStream || incoming.id == nil {
            if let handler = service.streams(request.endpoint) {
                return open(incoming, hasDeadline: timeout != nil, handler, context)
            }
            guard !incoming.isStream else {
                return write(answer(MicroError.noStream(request), to: incoming), isLast: true, context)
            }
        }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let id = incoming.id
        let answering = HTTPAnswering(
            configuration: configuration, dialect: connections.dialect, logger: connections.logger)
        state = .running(incoming)
        loop.callBegins()
        incoming.task = loop.executor.run {
            let answer = await answering.answer(request, id: id, service.respond)
            bound.value.finish(answer)
        }
    }

    private func finish(_ answer: HTTPAnswer) {
        guard case .running(let incoming) = state, let context else { return }
        loop.callEnds()
        write(answer, isLast: incoming.isLast || isDraining, context)
        // Otherwise whoever has started it goes on.
        if incoming.task != nil { goOn(context) }
    }

    private func cancel() {
        switch state {
        case .running(let incoming): incoming.task?.cancel()
        case .streaming(let stream): stream.cut()
        default: break
        }
    }

    // MARK: - Answers

    private func write(_ answer: HTTPAnswer, isLast: Bool, _ context: ChannelHandlerContext) {
        let isLast = isLast || isDraining
        send(answer, isLast: isLast, context)
        if isLast { linger(context) } else { becomeIdle(context) }
    }

    private func send(_ answer: HTTPAnswer, isLast: Bool, _ context: ChannelHandlerContext) {
        var head = ByteBuffer()
        head.reserveCapacity(256 + min(answer.body.readableBytes, 16 * 1024))
        answer.writeHead(to: &head, isLast: isLast)
        let (first, second) = head.followed(by: answer.body)
        context.write(wrapOutboundOut(first), promise: nil)
        if let second { context.write(wrapOutboundOut(second), promise: nil) }
        if isReading, !isLast { needsFlush = true } else { context.flush() }
    }

    private func becomeIdle(_ context: ChannelHandlerContext) {
        state = context.channel.isWritable ? .idle : .flushing
        since = .now
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
            context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingering) { self.context?.close(promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
    }

    private func answer(_ error: MicroError, to incoming: HTTPIncoming) -> HTTPAnswer {
        connections.dialect.answer(error, to: incoming.request, id: incoming.id)
    }
}

extension HTTPServerHandler: HTTPLoop.Member {
    func check(_ now: ContinuousClock.Instant) {
        switch state {
        case .running(let incoming): if incoming.request.deadline + Self.slack <= now { incoming.task?.cancel() }
        case .streaming(let stream): if stream.request.deadline + Self.slack <= now { stream.task?.cancel() }
        case .idle where !reader.hasBytes && !isForeign || isForeign && body.readableBytes == 0:
            if now - since > configuration.idleTimeout { context?.close(promise: nil) }
        case .idle, .receiving, .discarding:
            // A peer that sends a request so slowly may never end.
            if now - since > configuration.requestTimeout { context?.close(promise: nil) }
        case .flushing: if now - since > configuration.idleTimeout { context?.close(promise: nil) }
        case .closing: break
        }
    }
}

// MARK: - Streams

extension HTTPServerHandler: HTTPStreamConnection {
    private func open(
        _ incoming: HTTPIncoming, hasDeadline: Bool, _ handler: @escaping TransportStreamHandler,
        _ context: ChannelHandlerContext
    ) {
        var request = incoming.request
        request.body = ByteBuffer()
        // The limit for calls that have none of their own would end every stream.
        if !hasDeadline { request.deadline = .now + .seconds(365 * 24 * 60 * 60) }
        let (stream, inner) = HTTPStream.make(on: self, context.eventLoop, largestBody: configuration.largestBody)
        let session = HTTPServerStream(inner, request)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let answering = HTTPAnswering(
            configuration: configuration, dialect: connections.dialect, logger: connections.logger)
        state = .streaming(session)
        loop.callBegins()
        session.task = loop.executor.run { [request] in
            let error = await answering.hold(stream, request, handler)
            bound.value.end(error)
            // Let go of before its end it would be cancelled.
            withExtendedLifetime(stream) {}
        }
    }

    /// The handler has returned, or has given the stream up.
    private func end(_ error: MicroError?) {
        guard case .streaming(let session) = state, let context else { return }
        session.inner.endSending(HTTPStream.finished)
        loop.callEnds()
        if let error {
            send(connections.dialect.answer(error, to: session.request, id: nil), isLast: true, context)
        } else if !session.hasFinished {
            send(HTTPAnswer(endOf: session.request.contentType), isLast: true, context)
        }
        linger(context)
    }

    var isWritable: Bool { context?.channel.isWritable ?? true }

    func write(_ message: ByteBuffer) {
        guard case .streaming(let session) = state, let context else { return }
        send(HTTPAnswer(message: message, contentType: session.request.contentType), isLast: false, context)
        // What is not flushed does not count under TLS, so that a handler that sends on and on would never wait.
        if needsFlush { context.flush() }
        needsFlush = false
    }

    func writeEnd() {
        guard case .streaming(let session) = state, let context else { return }
        session.hasFinished = true
        send(HTTPAnswer(endOf: session.request.contentType), isLast: false, context)
    }

    func resume() {
        guard case .streaming(let session) = state, session.isHeld, let context else { return }
        session.isHeld = false
        goOn(context)
    }

    func abort() {
        end(MicroError(.unavailable, "the service has cancelled the stream", origin: MicroError.Origin.server))
    }
}

// MARK: - What only the complete codec reads

extension HTTPServerHandler {
    private func readOtherwise(_ context: ChannelHandlerContext) {
        if case .streaming(let stream) = state {
            stream.cut()
            return context.close(promise: nil)
        }
        isForeign = true
        do {
            try context.pipeline.syncOperations.readRequests(before: self, reader.takeRest()) { [weak self] part in
                self?.take(.part(part))
            }
        } catch {
            context.close(promise: nil)
        }
    }

    private func take(_ part: Part) {
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
        case (.idle, .garbage(let error)), (.receiving, .garbage(let error)):
            connections.logger.debug("a peer does not speak HTTP/1.1", metadata: ["error": "\(error)"])
            let refusal = HTTPRefusal(400, .invalidArgument, "this is not HTTP/1.1 (\(error))")
            write(HTTPAnswer(refusal), isLast: true, context)
        case (.discarding, .garbage): linger(context)
        default: break
        }
    }

    private func receive(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        since = .now
        // Behind an upgrade the codec reads no further. HTTP/1.0 knows no connection that lives on.
        let isLast = !head.isKeepAlive || head.version.minor == 0 || head.headers.contains(name: "upgrade")
        let fields = HTTPFields(head.headers.lazy.map { ($0.name, $0.value) })
        do {
            let request = try connections.dialect.readRequest(
                method: head.method.rawValue, target: head.uri, fields: fields,
                defaultDeadline: configuration.defaultDeadline)
            // Streams are read by the other codec alone.
            let incoming = HTTPIncoming(request, id: fields.id ?? "", isStream: false, isLast: isLast)
            if let length = fields.length, length > configuration.largestBody {
                let answer = answer(tooLarge("\(length) bytes"), to: incoming)
                return refuse(fields, answer, isLast: isLast || isExpectant(head), context)
            }
            if isExpectant(head) { writeContinue(context) }
            state = .receiving(incoming)
        } catch {
            var answer = HTTPAnswer(error)
            if head.method == .HEAD { answer.body.clear() }
            refuse(fields, answer, isLast: isLast || isExpectant(head), context)
        }
    }

    private func receive(_ part: ByteBuffer, _ incoming: HTTPIncoming, _ context: ChannelHandlerContext) {
        let size = body.readableBytes
        guard size + part.readableBytes <= configuration.largestBody else {
            // Chunks: how many more there will be is not known.
            body = ByteBuffer()
            return write(answer(tooLarge("more"), to: incoming), isLast: true, context)
        }
        if size == 0 { body = part } else { body.writeImmutableBuffer(part) }
    }

    /// Answers before the request has come in, and drops the rest of it: within bounds, or by closing the connection.
    ///
    /// - Parameter isLast: Also for a peer that waits for permission: it may send the body or not.
    private func refuse(_ fields: HTTPFields, _ answer: HTTPAnswer, isLast: Bool, _ context: ChannelHandlerContext) {
        let rest = fields.isChunked ? .max : fields.length ?? 0
        let isTooMuch = rest > configuration.largestBody.addingReportingOverflow(Self.discardable).partialValue
        write(answer, isLast: isLast || isTooMuch, context)
        if case .closing = state { return }
        state = .discarding
    }

    private func writeContinue(_ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
    }

    private func isExpectant(_ head: HTTPRequestHead) -> Bool {
        head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
    }

    private func tooLarge(_ size: String) -> MicroError {
        MicroError(
            .payloadTooLarge,
            "the body of the request has \(size): the limit is \(configuration.largestBody) bytes",
            origin: MicroError.Origin.server)
    }
}
