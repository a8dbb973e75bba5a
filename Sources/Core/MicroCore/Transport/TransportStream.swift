// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// One side of a stream: an asynchronous sequence of the messages of the other side, with a method to send messages to it.
///
/// * The directions are independent: a side that has finished sending continues to receive.
/// * The sequence ends after the other side has finished normally. Otherwise, after all messages that were sent before,
///   it throws: the error of the other side; `unavailable` if the connection broke; `deadlineExceeded` at the deadline.
///   It throws `CancellationError` after ``cancel()``. The loss of the other side is never reported as a normal end.
/// * Messages that were not read wait in a bounded buffer. When it is full, the other side cannot send; if the
///   transport does not support that, the stream ends with `resourceExhausted`.
/// * Cancelling a task that reads or sends cancels the stream. Releasing the last reference before the end cancels it, too.
/// * One task can read at a time. Another task can send at the same time.
public final class TransportStream: AsyncSequence, Sendable {
    /// An encoded message.
    public typealias Element = ByteBuffer
    /// ``MicroError`` or `CancellationError`.
    public typealias Failure = any Error

    private enum Backing {
        case transport(StreamInbox, any TransportStreamDelegate)
        case intercepted(TransportStream, StreamInterceptor)
    }

    private let backing: Backing

    private init(_ backing: Backing) { self.backing = backing }

    deinit {
        switch backing {
        case .transport: cancel()
        // The intercepted stream can have other owners, such as the transport of a service.
        case .intercepted(_, let interceptor): interceptor.end(CancellationError())
        }
    }

    /// Creates a stream and the source that feeds it, for authors of transports.
    ///
    /// - Parameters:
    ///   - maxBufferedBytes: The size of unread messages at which ``Source/yield(_:)`` returns false.
    ///   - delegate: Sends messages. The stream retains it.
    public static func makeStream(
        maxBufferedBytes: Int = 256 * 1024, delegate: any TransportStreamDelegate
    ) -> (stream: TransportStream, source: Source) {
        let inbox = StreamInbox(limit: maxBufferedBytes)
        return (TransportStream(.transport(inbox, delegate)), Source(inbox: inbox))
    }

    /// Creates a stream that transforms the messages of this stream, for interceptors. Use only the new stream
    /// afterwards, because both share their state.
    ///
    /// - Parameters:
    ///   - sending: Transforms each message before it is sent. Its error is thrown by ``send(_:)``.
    ///   - receiving: Transforms each message before it is read. Nil means that the other side has finished: no later
    ///     message is read. An error cancels the stream and is thrown to the reader.
    ///   - onEnd: Called once, with nil when the reader has reached the normal end, with the error if there was one, or
    ///     when this side has cancelled or released the stream.
    public func intercepted(
        sending: @escaping @Sendable (ByteBuffer) throws -> ByteBuffer = { $0 },
        receiving: @escaping @Sendable (ByteBuffer) throws -> ByteBuffer? = { $0 },
        onEnd: @escaping @Sendable ((any Error)?) -> Void = { _ in }
    ) -> TransportStream {
        TransportStream(
            .intercepted(self, StreamInterceptor(sending: sending, receiving: receiving, onEnd: onEnd)))
    }

    /// Sends a message. Waits while the other side, or the connection to it, accepts no more messages.
    ///
    /// - Throws: ``MicroError``: the error that ended the stream; `payloadTooLarge`, which does not end it; `closed` after
    ///   ``finish()`` or after the other side has ended the stream. Or `CancellationError`.
    public func send(_ message: ByteBuffer) async throws {
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            switch backing {
            case .transport(_, let delegate): try await delegate.send(message)
            case .intercepted(let stream, let interceptor): try await stream.send(interceptor.sending(message))
            }
        } onCancel: {
            cancel()
        }
    }

    /// Ends this side's messages, so that the other side's sequence ends. Finishing twice, or after the other side has
    /// ended the stream normally, is allowed.
    ///
    /// - Throws: ``MicroError``: the error that ended the stream. Or `CancellationError`.
    public func finish() async throws {
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            switch backing {
            case .transport(_, let delegate): try await delegate.finish()
            case .intercepted(let stream, _): try await stream.finish()
            }
        } onCancel: {
            cancel()
        }
    }

    /// Ends the stream in both directions immediately. The other side is notified within a second. After the end of the
    /// stream, it has no effect.
    public func cancel() {
        switch backing {
        case .transport(let inbox, let delegate): if inbox.cancel() { delegate.cancel() }
        case .intercepted(let stream, let interceptor):
            stream.cancel()
            interceptor.end(CancellationError())
        }
    }

    /// Makes an iterator.
    public func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

    /// Reads a stream. It retains the stream for as long as the loop runs.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let stream: TransportStream

        /// Waits for the next message; nil after the other side has finished.
        ///
        /// - Throws: The error that ended the stream: see ``TransportStream``.
        public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async throws -> ByteBuffer? {
            let stream = stream
            return try await withTaskCancellationHandler {
                switch stream.backing {
                case .transport(let inbox, let delegate):
                    let (message, hasRoomAgain) = try await inbox.next()
                    if hasRoomAgain { delegate.resume() }
                    return message
                case .intercepted(let base, let interceptor):
                    return try await interceptor.next(of: base, isolation: actor)
                }
            } onCancel: {
                stream.cancel()
            }
        }
    }

    /// Feeds a stream with the messages of the other side.
    public struct Source: Sendable {
        fileprivate let inbox: StreamInbox

        /// Adds a message. After the end of the stream, it is dropped.
        ///
        /// - Returns: Whether there is room for more. If not, ``TransportStreamDelegate/resume()`` is called once there is. A
        ///   transport that cannot stop the other side from sending has to end the stream.
        @discardableResult
        public func yield(_ message: ByteBuffer) -> Bool { inbox.put(message) }

        /// Ends the stream: the other side has finished normally (nil), or the stream has failed. Messages that were
        /// added before are still read.
        public func finish(throwing error: (any Error)? = nil) { inbox.end(throwing: error) }

        /// Whether the stream has ended, from either side.
        public var hasEnded: Bool { inbox.hasEnded }
    }
}
