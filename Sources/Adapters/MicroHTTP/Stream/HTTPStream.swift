// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// What a stream needs of the connection that carries it, on the event loop.
protocol HTTPStreamConnection: AnyObject {
    var isWritable: Bool { get }
    func write(_ message: ByteBuffer)
    func writeEnd()
    /// Reads on what was held back.
    func resume()
    /// Nobody wants the stream any more.
    func abort()
}

/// A stream on its connection, on the event loop: what the peer sends goes to the reader, what the user sends to the peer.
final class HTTPStream {
    let source: TransportStream.Source
    private let maxBodySize: Int
    private weak var connection: (any HTTPStreamConnection)?
    private var waitingSenders: [CheckedContinuation<Void, any Error>] = []
    /// Why nothing can be sent any more.
    private var sendError: (any Error)?
    private var hasFinished = false
    /// Whether the other side has ended the stream in order.
    private var hasPeerEnded = false

    private init(source: TransportStream.Source, maxBodySize: Int) {
        self.source = source
        self.maxBodySize = maxBodySize
    }

    /// A stream, and the side of it that its connection holds.
    static func make(
        on connection: any HTTPStreamConnection, _ eventLoop: any EventLoop, maxBodySize: Int
    ) -> (TransportStream, HTTPStream) {
        let delegate = HTTPStreamDelegate(eventLoop)
        let (stream, source) = TransportStream.makeStream(delegate: delegate)
        let inner = HTTPStream(source: source, maxBodySize: maxBodySize)
        inner.connection = connection
        delegate.stream.value = inner
        return (stream, inner)
    }

    // MARK: - From the connection

    /// Nothing can be sent any more: the stream is over, or the connection is.
    func endSending(_ reason: any Error) {
        sendError = sendError ?? reason
        let waitingSenders = waitingSenders
        self.waitingSenders = []
        for sender in waitingSenders { sender.resume(throwing: reason) }
    }

    /// The other side has ended the stream in order.
    func handlePeerEnd() {
        hasPeerEnded = true
        endSending(Self.peerEnded)
    }

    /// The stream is over in both directions.
    func end(_ reason: any Error) {
        source.finish(throwing: reason)
        endSending(reason)
    }

    /// The peer reads again.
    func handleWritable() {
        let waitingSenders = waitingSenders
        self.waitingSenders = []
        for sender in waitingSenders { sender.resume() }
    }

    // MARK: - From the user

    fileprivate func send(_ message: ByteBuffer, _ sender: CheckedContinuation<Void, any Error>) {
        if let sendError { return sender.resume(throwing: sendError) }
        guard let connection else { return sender.resume(throwing: Self.peerEnded) }
        connection.write(message)
        guard !connection.isWritable else { return sender.resume() }
        waitingSenders.append(sender)
    }

    fileprivate func finish(_ sender: CheckedContinuation<Void, any Error>) {
        if hasFinished || hasPeerEnded { return sender.resume() }
        if let sendError { return sender.resume(throwing: sendError) }
        hasFinished = true
        connection?.writeEnd()
        endSending(Self.finished)
        sender.resume()
    }

    fileprivate func resume() { connection?.resume() }

    fileprivate func cancel() {
        endSending(CancellationError())
        connection?.abort()
    }

    fileprivate func check(_ message: ByteBuffer) throws {
        try HTTPMessageEncoding.checkBody(
            message, of: "message", limit: maxBodySize, origin: MicroError.Origin.transport)
    }

    static let finished = MicroError(
        .closed, "this side of the stream has finished", origin: MicroError.Origin.transport)
    private static let peerEnded = MicroError(
        .closed, "the other side has ended the stream", origin: MicroError.Origin.transport)
}

/// A stream as its user sees it: everything happens on the event loop.
final class HTTPStreamDelegate: TransportStreamDelegate {
    fileprivate let stream: NIOLoopBoundBox<HTTPStream?>

    fileprivate init(_ eventLoop: any EventLoop) {
        stream = NIOLoopBoundBox(nil, eventLoop: eventLoop)
    }

    func send(_ message: ByteBuffer) async throws {
        try await withCheckedThrowingContinuation { (sender: CheckedContinuation<Void, any Error>) in
            perform { stream in
                do { try stream.check(message) } catch { return sender.resume(throwing: error) }
                stream.send(message, sender)
            }
        }
    }

    func finish() async throws {
        try await withCheckedThrowingContinuation { (sender: CheckedContinuation<Void, any Error>) in
            perform { $0.finish(sender) }
        }
    }

    func resume() { perform { $0.resume() } }

    func cancel() { perform { $0.cancel() } }

    private func perform(_ action: @escaping @Sendable (HTTPStream) -> Void) {
        let eventLoop = stream.eventLoop
        if eventLoop.inEventLoop {
            if let stream = stream.value { action(stream) }
        } else {
            eventLoop.execute { [stream] in
                if let stream = stream.value { action(stream) }
            }
        }
    }
}
