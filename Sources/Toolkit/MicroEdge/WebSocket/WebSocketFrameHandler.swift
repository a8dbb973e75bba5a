// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import NIOWebSocket

/// Assembles frames into messages, and responds to pings and to the closing handshake (RFC 6455, sections 5 and 7).
/// Runs on the event loop of its channel.
final class WebSocketFrameHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    /// How long the client has to respond to a close frame. After a close frame of the client, the user has as long to respond to
    /// earlier messages.
    private static let closeTimeout = TimeAmount.seconds(5)
    /// The same for a client that broke the protocol. It still receives the close frame: an earlier end of the connection could
    /// discard it.
    private static let failureTimeout = TimeAmount.seconds(1)

    private let configuration: WebSocketConfiguration
    private let source: WebSocket.Producer.Source
    private var fragments: (opcode: WebSocketOpcode, bytes: ByteBuffer)?
    private var isPaused = false
    private var isReadPending = false
    /// The content of the last ping that is unanswered because the client does not read.
    private var unansweredPing: ByteBuffer?
    private var hasReceivedSinceLastPing = true
    private var hasSentClose = false
    private var hasEnded = false
    /// The code with which the client has closed its side.
    private var clientClose: WebSocketCloseCode?
    private var ping: Scheduled<Void>?
    private var context: ChannelHandlerContext?

    init(_ configuration: WebSocketConfiguration, source: WebSocket.Producer.Source) {
        self.configuration = configuration
        self.source = source
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        schedulePing(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        ping?.cancel()
        end(throwing: Self.brokenConnection)
    }

    // MARK: Receiving

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        hasReceivedSinceLastPing = true
        guard !hasEnded else { return }
        guard frame.maskKey != nil, frame.reservedBits.isEmpty else { return fail(.protocolError) }
        switch frame.opcode {
        case .ping: receivePing(frame.unmaskedData)
        case .pong: break
        case .connectionClose: receiveClose(frame.unmaskedData)
        case .text, .binary:
            guard fragments == nil else { return fail(.protocolError) }
            receive(frame.opcode, frame.unmaskedData, isLast: frame.fin)
        case .continuation:
            guard let opcode = fragments?.opcode else { return fail(.protocolError) }
            receive(opcode, frame.unmaskedData, isLast: frame.fin)
        default: fail(.protocolError)
        }
    }

    /// Reads no more while messages wait for their reader.
    func read(context: ChannelHandlerContext) {
        if isPaused { isReadPending = true } else { context.read() }
    }

    /// Continues to read.
    func resume() {
        isPaused = false
        guard isReadPending else { return }
        isReadPending = false
        context?.read()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(throwing: Self.brokenConnection)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOWebSocketError.invalidFrameLength: fail(.tooLarge)
        case is NIOWebSocketError: fail(.protocolError)
        default: context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: close(.goingAway)
        case ChannelEvent.inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, let data = unansweredPing.take() { receivePing(data) }
        context.fireChannelWritabilityChanged()
    }

    /// Answers a ping. While the client does not read, only the last one is kept (RFC 6455, section 5.5.3): the answers
    /// to all would need memory without a bound.
    private func receivePing(_ data: ByteBuffer) {
        guard context?.channel.isWritable == true else {
            unansweredPing = data
            return
        }
        write(WebSocketFrame(fin: true, opcode: .pong, data: data))
    }

    private func receive(_ opcode: WebSocketOpcode, _ data: ByteBuffer, isLast: Bool) {
        var (message, data) = (fragments?.bytes ?? ByteBuffer(), data)
        // With a second reference, each fragment would copy all those before it.
        fragments = nil
        guard message.readableBytes + data.readableBytes <= configuration.maxMessageSize else { return fail(.tooLarge) }
        if message.readableBytes == 0 { message = data } else { message.writeBuffer(&data) }
        guard isLast else {
            fragments = (opcode, message)
            return
        }
        guard opcode == .text else { return deliver(.binary(message)) }
        guard let text = String(validating: message.readableBytesView, as: UTF8.self) else { return fail(.invalidData) }
        deliver(.text(text))
    }

    private func deliver(_ message: WebSocketMessage) {
        switch source.yield(message) {
        case .stopProducing: isPaused = true
        case .produceMore, .dropped: break
        }
    }

    private func receiveClose(_ data: ByteBuffer) {
        var data = data
        var code = WebSocketCloseCode.normal
        if data.readableBytes > 0 {
            guard let number: UInt16 = data.readInteger(), WebSocketCloseCode(number).isValid,
                String(validating: data.readableBytesView, as: UTF8.self) != nil
            else { return fail(.protocolError) }
            code = WebSocketCloseCode(number)
        }
        end(throwing: nil)
        guard !hasSentClose, let context else {
            self.context?.close(promise: nil)
            return
        }
        // The user may still respond to earlier messages (RFC 6455, section 5.5.1), and then closes this side.
        clientClose = code
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.closeTimeout) { [weak self] in
            self?.close(code)
        }
    }

    // MARK: Sending

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // Nothing may follow a close frame.
        guard !hasSentClose else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        guard unwrapOutboundIn(data).opcode == .connectionClose else { return context.write(data, promise: promise) }
        guard let clientClose else {
            didSendClose(context)
            return context.write(data, promise: promise)
        }
        respond(to: clientClose, context, promise)
    }

    /// Ends the closing handshake that the client has begun, and the connection.
    private func respond(
        to code: WebSocketCloseCode, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?
    ) {
        hasSentClose = true
        let written = promise ?? context.eventLoop.makePromise()
        context.writeAndFlush(wrapOutboundOut(Self.closeFrame(code, "")), promise: written)
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    /// The frame that closes a connection. Its reason is cut to the size of a control frame.
    static func closeFrame(_ code: WebSocketCloseCode, _ reason: String) -> WebSocketFrame {
        var data = ByteBuffer(integer: code.code)
        var reason = Substring(reason)
        while reason.utf8.count > 123 { reason = reason.dropLast() }
        data.writeSubstring(reason)
        return WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
    }

    /// The client broke the protocol, or a limit.
    private func fail(_ code: WebSocketCloseCode) {
        end(
            throwing: MicroError(
                .invalidArgument, "the client violated the WebSocket protocol: close code \(code.code)",
                origin: MicroError.Origin.edge))
        close(code, timeout: Self.failureTimeout)
    }

    private func close(_ code: WebSocketCloseCode, timeout: TimeAmount = closeTimeout) {
        guard !hasSentClose, let context else { return }
        if let clientClose { return respond(to: clientClose, context, nil) }
        didSendClose(context, timeout: timeout)
        context.writeAndFlush(wrapOutboundOut(Self.closeFrame(code, "")), promise: nil)
    }

    /// The connection is closed if the client does not respond in time.
    private func didSendClose(_ context: ChannelHandlerContext, timeout: TimeAmount = closeTimeout) {
        hasSentClose = true
        context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { [weak self] in
            self?.context?.close(promise: nil)
        }
    }

    private func write(_ frame: WebSocketFrame) {
        guard !hasSentClose, let context else { return }
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    /// Sends a ping, or disconnects a client that has not responded to the last one.
    private func checkClient() {
        guard let context else { return }
        // While the reader is slow, nothing is read, so a pong cannot arrive.
        guard hasReceivedSinceLastPing || isPaused else { return context.close(promise: nil) }
        hasReceivedSinceLastPing = false
        write(WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer()))
        schedulePing(context)
    }

    private func schedulePing(_ context: ChannelHandlerContext) {
        ping = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(configuration.pingInterval)) {
            [weak self] in self?.checkClient()
        }
    }

    private func end(throwing error: MicroError?) {
        guard !hasEnded else { return }
        hasEnded = true
        if let error { source.finish(error) } else { source.finish() }
    }

    private static var brokenConnection: MicroError {
        MicroError(.unavailable, "the connection of the WebSocket broke", origin: MicroError.Origin.edge)
    }
}
