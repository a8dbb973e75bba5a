// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import NIOCore
import NIOHTTP1

/// One connection of a server: answers its requests one at a time, in order.
final class HTTPServerHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPServerResponsePart

    private enum Input {
        case part(HTTPServerRequestPart)
        case garbage(any Error)
    }

    private enum State {
        case idle
        case receiving(Incoming)
        /// The request was answered before it had come in: the rest of it is dropped.
        case discarding
        case running(Task<Void, Never>, Incoming)
        /// The answer waits for the peer to read.
        case flushing
        /// Nothing is answered any more: the peer is given time to read the last answer.
        case closing
    }

    private struct Incoming {
        /// Without the body, which grows in ``HTTPServerHandler/body``.
        let request: TransportRequest
        let id: String?
        let isLast: Bool
    }

    /// How much of a body beyond the limit is read and dropped to keep the connection, in bytes.
    private static let discardable = 16 * 1024 * 1024
    /// How long a closed connection waits for the peer to close it too.
    private static let lingering = TimeAmount.seconds(2)

    private let connections: HTTPServerConnections
    private var serve: TransportHandler?
    private var context: ChannelHandlerContext?
    private var state = State.idle
    /// The body that is coming in; not in the state, where it would be copied with every piece.
    private var body = ByteBuffer()
    /// What came while another request was answered; at most what one read brings, for then reading stops.
    private var pending = CircularBuffer<Input>()
    private var isReadHeld = false
    private var isDraining = false

    init(_ connections: HTTPServerConnections) { self.connections = connections }

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
        case .serve(let handler): serve = handler
        case .refuse: isDraining = true
        case .close: context.close(promise: nil)
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancel()
        state = .closing
        body = ByteBuffer()
        pending.removeAll()
        connections.remove(self)
        context.fireChannelInactive()
    }

    func read(context: ChannelHandlerContext) {
        // With something still to do no more is read. Otherwise reading goes on, and notices when the peer leaves.
        isReadHeld = !pending.isEmpty
        if !isReadHeld { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { take(.part(unwrapInboundIn(data)), context) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is HTTPParserError, is NIOHTTPDecoderError: take(.garbage(error), context)
        // What comes behind garbage, while the peer is given time to read the answer to it.
        case is ByteToMessageDecoderError: break
        default: context.close(promise: nil)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .flushing = state, context.channel.isWritable {
            state = .idle
            goOn(context)
        }
        context.fireChannelWritabilityChanged()
    }

    // MARK: - Requests

    private var isBusy: Bool {
        switch state {
        case .running, .flushing: true
        case .idle, .receiving, .discarding, .closing: false
        }
    }

    private func take(_ input: Input, _ context: ChannelHandlerContext) {
        if isBusy { pending.append(input) } else { process(input, context) }
    }

    private func process(_ input: Input, _ context: ChannelHandlerContext) {
        switch (state, input) {
        case (.idle, .part(.head(let head))): receive(head, context)
        case (.receiving(let incoming), .part(.body(let part))): receive(part, incoming, context)
        case (.receiving(let incoming), .part(.end)): start(incoming, context)
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
        // Behind an upgrade the codec reads no further. HTTP/1.0 knows no connection that lives on.
        let isLast = !head.isKeepAlive || head.version.minor == 0 || head.headers.contains(name: "upgrade")
        let fields = HTTPFields(head.headers)
        do {
            let request = try connections.dialect.readRequest(
                method: head.method.rawValue, target: head.uri, fields: fields,
                defaultDeadline: configuration.defaultDeadline)
            let incoming = Incoming(request: request, id: fields.id, isLast: isLast)
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

    private func receive(_ part: ByteBuffer, _ incoming: Incoming, _ context: ChannelHandlerContext) {
        let size = body.readableBytes
        guard size + part.readableBytes <= configuration.largestBody else {
            // Chunks: how many more there will be is not known.
            body = ByteBuffer()
            return write(answer(tooLarge("more"), to: incoming), isLast: true, context)
        }
        if size == 0 { body = part } else { body.writeImmutableBuffer(part) }
    }

    private func start(_ incoming: Incoming, _ context: ChannelHandlerContext) {
        var request = incoming.request
        swap(&request.body, &body)
        guard !isDraining, let serve else {
            let error = MicroError(
                .unavailable, "\(incoming.request.service) is stopping", origin: MicroError.Origin.server)
            return write(answer(error, to: incoming), isLast: true, context)
        }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let id = incoming.id
        let answering = HTTPAnswering(
            configuration: configuration, dialect: connections.dialect, logger: connections.logger)
        let task = Task { [request] in
            let answer = await answering.answer(request, id: id, serve)
            bound.eventLoop.execute { bound.value.finish(answer) }
        }
        state = .running(task, incoming)
    }

    private func finish(_ answer: HTTPAnswer) {
        guard case .running(_, let incoming) = state, let context else { return }
        write(answer, isLast: incoming.isLast || isDraining, context)
        goOn(context)
    }

    /// Does what waits, and reads on.
    private func goOn(_ context: ChannelHandlerContext) {
        while !isBusy, let input = pending.popFirst() { process(input, context) }
        if isDraining, case .idle = state { linger(context) }
        if pending.isEmpty, isReadHeld {
            isReadHeld = false
            context.read()
        }
    }

    private func cancel() {
        if case .running(let task, _) = state { task.cancel() }
    }

    // MARK: - Answers

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

    private func write(_ answer: HTTPAnswer, isLast: Bool, _ context: ChannelHandlerContext) {
        let isLast = isLast || isDraining
        var fields = HTTPHeaders(answer.fields)
        fields.add(name: "Content-Length", value: String(answer.body.readableBytes))
        if isLast { fields.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: fields)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if answer.body.readableBytes > 0 {
            context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil)
        }
        guard isLast else {
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            return becomeIdle(context)
        }
        state = .closing
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in self.linger(context) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    private func becomeIdle(_ context: ChannelHandlerContext) {
        state = context.channel.isWritable ? .idle : .flushing
    }

    private func writeContinue(_ context: ChannelHandlerContext) {
        context.writeAndFlush(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
    }

    /// Closes our half and waits for the peer to close its own: closing at once, with bytes of the peer unread, would
    /// reset the connection and could take the answer from it.
    private func linger(_ context: ChannelHandlerContext) {
        state = .closing
        context.close(mode: .output, promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingering) { self.context?.close(promise: nil) }
    }

    private func isExpectant(_ head: HTTPRequestHead) -> Bool {
        head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
    }

    private func answer(_ error: MicroError, to incoming: Incoming) -> HTTPAnswer {
        connections.dialect.answer(error, to: incoming.request, id: incoming.id)
    }

    private func tooLarge(_ size: String) -> MicroError {
        MicroError(
            .payloadTooLarge,
            "the body of the request has \(size): the limit is \(configuration.largestBody) bytes",
            origin: MicroError.Origin.server)
    }
}
