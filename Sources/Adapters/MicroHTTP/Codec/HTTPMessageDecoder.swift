// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// Receives the messages of a connection from its decoder, part by part, on the event loop: a head, the body in any number
/// of parts, the end.
protocol HTTPMessageReceiver: AnyObject {
    /// Whether the next message has to wait until ``HTTPMessageDecoder/resume()``. It changes only between messages.
    var isBusy: Bool { get }

    /// Bytes have been read and are decoded next.
    ///
    /// - Returns: False if no message is expected; the bytes are dropped.
    func willDecode() -> Bool
    func receiveHead(_ head: HTTPHead)
    func receiveBody(_ part: ByteBuffer)
    func receiveEnd()
    /// The peer does not send HTTP/1.1. No other part follows.
    func receiveDecodingError(_ error: any Error)
    /// The bytes that have been read are decoded, up to a message that has to wait.
    func didDecode()
}

/// The decoder of a connection: reads messages with `HTTPReader`, and those that it leaves with SwiftNIO's decoder. Its
/// receiver cannot tell the two apart.
///
/// The parts are passed by direct calls instead of through the pipeline, where each would need memory of its own.
final class HTTPMessageDecoder<Receiver: HTTPMessageReceiver>: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never

    private let kind: HTTPReader.Kind
    private let configuration: HTTPConfiguration
    private weak var receiver: Receiver?
    private var context: ChannelHandlerContext?
    private var reader: HTTPReader
    private var isUsingNIODecoder = false
    private var isStopped = false
    /// Parts from SwiftNIO's decoder that wait for the receiver: at most those of one read, since reading stops then.
    private var pending = CircularBuffer<HTTPPart>()
    private var isReadDeferred = false

    init(_ kind: HTTPReader.Kind, for receiver: Receiver, configuration: HTTPConfiguration) {
        self.kind = kind
        self.receiver = receiver
        self.configuration = configuration
        reader = HTTPReader(kind, limits: configuration)
    }

    /// Whether bytes have been read that do not make up a message yet, or belong to one that has to wait.
    var hasBufferedInput: Bool { reader.hasBytes || !pending.isEmpty }

    /// Passes on the messages that had to wait, and continues to read.
    func resume() {
        decode()
        if isReadDeferred, !shouldDeferRead {
            isReadDeferred = false
            context?.read()
        }
    }

    /// Passes on what has been read, although the receiver is busy: for a connection that has closed.
    ///
    /// - Returns: False if the input has ended within a message.
    func drain() -> Bool {
        decode(isDraining: true)
        defer { stop() }
        return !hasBufferedInput
    }

    /// Drops the rest of the input.
    func stop() {
        isStopped = true
        pending.removeAll()
        _ = reader.takeUnreadBytes()
    }

    // MARK: - From the channel

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func read(context: ChannelHandlerContext) {
        isReadDeferred = shouldDeferRead
        if !isReadDeferred { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isStopped, let receiver, receiver.willDecode() else { return }
        reader.append(unwrapInboundIn(data))
        decode()
        receiver.didDecode()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is HTTPParserError, is NIOHTTPDecoderError: handle(.decodingError(error))
        // Bytes after malformed ones, while the peer is given time to read the response.
        case is ByteToMessageDecoderError: break
        default: context.fireErrorCaught(error)
        }
    }

    // MARK: - Messages

    /// Input that has to wait is not added to. Without any, reading continues, so that a disconnect is noticed.
    private var shouldDeferRead: Bool { hasBufferedInput && receiver?.isBusy == true }

    private func decode(isDraining: Bool = false) {
        guard let receiver else { return }
        while isDraining || !receiver.isBusy, let part = pending.popFirst() { pass(part, to: receiver) }
        while !isUsingNIODecoder, isDraining || !receiver.isBusy, reader.hasBytes {
            switch reader.next() {
            case .message(let head, let body):
                receiver.receiveHead(head)
                if body.readableBytes > 0 { receiver.receiveBody(body) }
                receiver.receiveEnd()
            case .needMoreData: return
            case .unsupported: switchToNIODecoder()
            }
        }
    }

    /// A part from SwiftNIO's decoder.
    private func handle(_ part: HTTPPart) {
        guard !isStopped, let receiver else { return }
        if receiver.isBusy || !pending.isEmpty { pending.append(part) } else { pass(part, to: receiver) }
    }

    private func pass(_ part: HTTPPart, to receiver: Receiver) {
        switch part {
        case .head(let head): receiver.receiveHead(head)
        case .body(let body): receiver.receiveBody(body)
        case .end: receiver.receiveEnd()
        case .decodingError(let error): receiver.receiveDecodingError(error)
        }
    }

    private func switchToNIODecoder() {
        isUsingNIODecoder = true
        let rest = reader.takeUnreadBytes()
        do {
            try context?.pipeline.syncOperations.addNIODecoder(
                kind, before: self, configuration: configuration, decoding: rest
            ) { [weak self] part in
                self?.handle(part)
            }
        } catch {
            context?.close(promise: nil)
        }
    }
}
