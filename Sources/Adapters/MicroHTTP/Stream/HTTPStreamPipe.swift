// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// The connection that carries a stream, as the stream uses it, on the event loop.
protocol HTTPStreamConnection: AnyObject {
    var isWritable: Bool { get }
    func write(_ message: ByteBuffer)
    /// Writes the end of this side.
    func writeEnd()
    /// Resumes reading after the buffer of received messages was full.
    func resume()
    /// Cancels the stream.
    func abort()
}

/// Connects a stream to its connection, on the event loop. It passes received messages to the reader, and sent messages
/// to the peer.
final class HTTPStreamPipe {
    let source: TransportStream.Source
    private let maxBodySize: Int
    private weak var connection: (any HTTPStreamConnection)?
    /// Continuations, not promises: cancellation reaches them through ``cancel()``.
    private var waitingSenders: [CheckedContinuation<Void, any Error>] = []
    /// The reason why nothing more can be sent; nil while messages can be sent.
    private var sendError: (any Error)?
    private var hasFinished = false
    private var hasPeerEnded = false

    private init(source: TransportStream.Source, maxBodySize: Int) {
        self.source = source
        self.maxBodySize = maxBodySize
    }

    /// A stream for its user, and the pipe for its connection.
    static func make(
        on connection: any HTTPStreamConnection, _ eventLoop: any EventLoop, maxBodySize: Int
    ) -> (TransportStream, HTTPStreamPipe) {
        let delegate = HTTPStreamDelegate(eventLoop)
        let (stream, source) = TransportStream.makeStream(delegate: delegate)
        let pipe = HTTPStreamPipe(source: source, maxBodySize: maxBodySize)
        pipe.connection = connection
        delegate.pipe.value = pipe
        return (stream, pipe)
    }

    // MARK: - From the connection

    /// Ends sending: waiting and later senders get the reason.
    func endSending(_ reason: any Error) {
        sendError = sendError ?? reason
        let waitingSenders = waitingSenders
        self.waitingSenders = []
        for sender in waitingSenders { sender.resume(throwing: reason) }
    }

    /// Handles the peer's end of the stream: nothing more can be sent.
    func handlePeerEnd() {
        hasPeerEnded = true
        endSending(Self.peerEndedError)
    }

    /// Fails the stream in both directions.
    func end(_ reason: any Error) {
        source.finish(throwing: reason)
        endSending(reason)
    }

    /// Resumes waiting senders: the connection has room for more messages.
    func handleWritable() {
        let waitingSenders = waitingSenders
        self.waitingSenders = []
        for sender in waitingSenders { sender.resume() }
    }

    // MARK: - From the user

    func send(_ message: ByteBuffer, _ sender: CheckedContinuation<Void, any Error>) {
        if let sendError { return sender.resume(throwing: sendError) }
        guard let connection else { return sender.resume(throwing: Self.peerEndedError) }
        connection.write(message)
        // A failed write can end the stream before it returns. Nothing would resume the sender later.
        if let sendError { return sender.resume(throwing: sendError) }
        guard !connection.isWritable else { return sender.resume() }
        waitingSenders.append(sender)
    }

    func finish(_ sender: CheckedContinuation<Void, any Error>) {
        if hasFinished || hasPeerEnded { return sender.resume() }
        if let sendError { return sender.resume(throwing: sendError) }
        hasFinished = true
        connection?.writeEnd()
        endSending(Self.finishedError)
        sender.resume()
    }

    func resume() { connection?.resume() }

    func cancel() {
        endSending(CancellationError())
        connection?.abort()
    }

    /// Checks a message against the limit.
    func check(_ message: ByteBuffer) throws {
        try HTTPFieldWriter.checkBody(message, of: "message", limit: maxBodySize, origin: MicroError.Origin.transport)
    }

    static let finishedError = MicroError(
        .closed, "this side of the stream has finished", origin: MicroError.Origin.transport)
    private static let peerEndedError = MicroError(
        .closed, "the other side has ended the stream", origin: MicroError.Origin.transport)
}
