// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// Receives the messages of a connection from its decoder, part by part, on the event loop: a head, the body in any number
/// of parts, the end.
protocol HTTPMessageReceiver: AnyObject {
    /// Whether the next message has to wait until ``HTTPMessageDecoder/resume()``. It changes only between messages.
    var isBusy: Bool { get }

    /// Called before bytes that have been read are decoded.
    ///
    /// - Returns: False if no message is expected; the bytes are dropped.
    func willDecode() -> Bool
    func receiveHead(_ head: HTTPHead)
    func receiveBody(_ part: ByteBuffer)
    func receiveEnd()
    /// The peer does not send HTTP/1.1. No other part follows.
    func receiveDecodingError(_ error: any Error)
    /// Called after the bytes that have been read are decoded, up to a message that has to wait.
    func didDecode()
}

/// The decoder of a connection: reads messages with `HTTPReader`, and all others with SwiftNIO's decoder. Its
/// receiver cannot distinguish them.
///
/// The parts are passed by direct calls instead of through the pipeline, where each part would need its own allocation.
final class HTTPMessageDecoder<Receiver: HTTPMessageReceiver>: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let kind: HTTPReader.Kind
    private let configuration: HTTPConfiguration
    /// Strong until the decoder leaves the pipeline, because a weak reference would slow down every part.
    private var receiver: Receiver?
    private var context: ChannelHandlerContext?
    private var reader: HTTPReader
    private var isUsingNIODecoder = false
    private var isStopped = false
    /// Parts from SwiftNIO's decoder that wait for the receiver: at most the parts of one read, because reading stops
    /// in the meantime.
    private var pending = CircularBuffer<HTTPPart>()
    private var isReadDeferred = false

    init(_ kind: HTTPReader.Kind, for receiver: Receiver, configuration: HTTPConfiguration) {
        self.kind = kind
        self.receiver = receiver
        self.configuration = configuration
        reader = HTTPReader(kind, limits: configuration)
    }

    /// Whether bytes have been read that do not form a complete message yet, or belong to a message that has to wait.
    var hasBufferedInput: Bool { reader.hasBytes || !pending.isEmpty }

    /// Whether the receiver may read from the channel now; otherwise ``resume()`` reads. The receiver forwards its
    /// `read` events, so that its writes need not pass through the decoder.
    func shouldRead() -> Bool {
        isReadDeferred = shouldDeferRead
        return !isReadDeferred
    }

    /// Delivers the messages that had to wait, and continues to read.
    func resume() {
        if let receiver { decode(for: receiver) }
        if isReadDeferred, !shouldDeferRead {
            isReadDeferred = false
            context?.read()
        }
    }

    /// Delivers everything that has been read, although the receiver is busy. For a connection that has closed.
    ///
    /// - Returns: False if the input has ended within a message.
    func drain() -> Bool {
        if let receiver { decode(for: receiver, isDraining: true) }
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

    func handlerRemoved(context: ChannelHandlerContext) { (self.context, receiver) = (nil, nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isStopped, let receiver, receiver.willDecode() else { return }
        reader.append(unwrapInboundIn(data))
        decode(for: receiver)
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

    /// While input has to wait, no more is read. Otherwise, reading continues, so that a disconnect is noticed.
    private var shouldDeferRead: Bool { hasBufferedInput && receiver?.isBusy == true }

    private func decode(for receiver: Receiver, isDraining: Bool = false) {
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
