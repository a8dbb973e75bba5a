// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// One side of a stream: an asynchronous sequence of the messages that the other side sends, and the way to send own ones.
///
/// * Both directions are independent: who has finished sending goes on receiving.
/// * The sequence ends when the other side has finished in order. It throws what the other side failed with, after all
///   messages that were sent before; `unavailable` when the connection broke, `deadlineExceeded` at the deadline,
///   `CancellationError` after ``cancel()``. It is never taken for an end when the other side only vanished.
/// * What has not been read waits in a bounded buffer; beyond it the other side is kept from sending, or the stream ends
///   with `resourceExhausted` where the transport cannot do that.
/// * Cancelling a task that reads or sends cancels the stream. So does letting go of it before its end.
/// * One task reads at a time; another may send at the same time.
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
        // What is below it may still be held, such as by the transport of a service.
        case .intercepted(_, let interceptor): interceptor.end(CancellationError())
        }
    }

    /// Makes a stream and the half that feeds it, for the author of a transport.
    ///
    /// - Parameters:
    ///   - bufferedBytes: How much may wait for a reader before ``Source/yield(_:)`` says that it is enough.
    ///   - delegate: Takes what is sent. It is held by the stream.
    public static func makeStream(
        maxBufferedBytes: Int = 256 * 1024, delegate: any TransportStreamDelegate
    ) -> (stream: TransportStream, source: Source) {
        let inbox = StreamInbox(limit: maxBufferedBytes)
        return (TransportStream(.transport(inbox, delegate)), Source(inbox: inbox))
    }

    /// The same stream with something in between, for an interceptor. Let go of the stream that was given: both are one.
    ///
    /// - Parameters:
    ///   - sending: Takes each message before it is sent, and says what to send. What it throws is thrown by
    ///     ``send(_:)``.
    ///   - receiving: Takes each message before it is read, and says what to read. What it throws cancels the stream and is
    ///     thrown to the reader.
    ///   - ended: Called once: the reader has seen the end (nil) or an error, or this side has cancelled the stream or let go
    ///     of it.
    public func intercepted(
        sending: @escaping @Sendable (ByteBuffer) throws -> ByteBuffer = { $0 },
        receiving: @escaping @Sendable (ByteBuffer) throws -> ByteBuffer = { $0 },
        onEnd: @escaping @Sendable ((any Error)?) -> Void = { _ in }
    ) -> TransportStream {
        TransportStream(
            .intercepted(self, StreamInterceptor(sending: sending, receiving: receiving, onEnd: onEnd)))
    }

    /// Sends a message. Waits as long as the other side, or the way to it, takes nothing more.
    ///
    /// - Throws: ``MicroError``: what ended the stream; `payloadTooLarge`, which does not end it; `closed` after
    ///   ``finish()``, or when the other side has ended the stream. Or `CancellationError`.
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

    /// Sends nothing more; the other side's sequence ends. Finishing twice is fine, and so is finishing when the other side
    /// has ended the stream in order.
    ///
    /// - Throws: ``MicroError``: what ended the stream. Or `CancellationError`.
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

    /// Ends the stream in both directions at once. The other side hears of it within a second. After its end this does
    /// nothing.
    public func cancel() {
        switch backing {
        case .transport(let inbox, let delegate): if inbox.cancel() { delegate.cancel() }
        case .intercepted(let stream, let interceptor):
            stream.cancel()
            interceptor.end(CancellationError())
        }
    }

    /// The reading half.
    public func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

    /// Reads a stream. Holds it, so that it lives as long as the loop.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let stream: TransportStream

        /// The next message; nil when the other side has finished.
        ///
        /// - Throws: What ended the stream: see ``TransportStream``.
        public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async throws -> ByteBuffer? {
            let stream = stream
            return try await withTaskCancellationHandler {
                switch stream.backing {
                case .transport(let inbox, let delegate):
                    let (message, hasRoomAgain) = try await inbox.next(isolation: actor)
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

    /// Feeds a stream with what the other side sends.
    public struct Source: Sendable {
        fileprivate let inbox: StreamInbox

        /// Hands over a message. After the end it is dropped.
        ///
        /// - Returns: Whether there is room for more; if not, ``TransportStreamDelegate/resume()`` tells when there is.
        ///   A transport that cannot hold the other side back has to end the stream.
        @discardableResult
        public func yield(_ message: ByteBuffer) -> Bool { inbox.put(message) }

        /// The other side has finished in order (nil), or the stream has failed. What was handed over is still read.
        public func finish(throwing error: (any Error)? = nil) { inbox.end(throwing: error) }

        /// Whether it has ended, from whichever side.
        public var hasEnded: Bool { inbox.hasEnded }
    }
}

/// Carries one stream: the half of it that a transport writes. All of it may be called from any thread.
public protocol TransportStreamDelegate: Sendable {
    /// Sends a message, and returns once there is room for another.
    ///
    /// - Throws: As ``TransportStream/send(_:)``. A cancellation is told by ``cancel()`` as well, which ends the wait.
    func send(_ message: ByteBuffer) async throws

    /// Sends the end of this side's messages, once.
    func finish() async throws

    /// The reader has made room: what was held back since ``TransportStream/Source/yield(_:)`` returned false may go on.
    func resume()

    /// Nobody wants the stream any more: ends it towards the other side, if it has not ended in both directions. Called
    /// once at most, and not after ``TransportStream/Source/finish(throwing:)`` was called with an error. It must not
    /// block.
    func cancel()
}
