// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// One side of a stream of messages: an asynchronous sequence of what the other side sends, and the way to send own ones.
///
/// ```swift
/// let talk = try await client.stream("chat", "Chat.Talk", sending: Question.self, receiving: Answer.self)
/// try await talk.send(Question(text: "How are you?"))
/// try await talk.finish()
/// for try await answer in talk { print(answer.text) }
/// ```
///
/// What holds for a `TransportStream` holds here: both directions are independent, what is not read waits in a bounded
/// buffer, an end that the other side did not say is an error, and letting go of the stream before its end cancels it. One
/// task reads at a time; another may send at the same time.
public struct MessageStream<Outgoing: Sendable, Incoming: Sendable>: AsyncSequence, Sendable {
    /// A message of the other side.
    public typealias Element = Incoming
    /// `MicroError` or `CancellationError`.
    public typealias Failure = any Error

    private let stream: TransportStream
    private let encode: @Sendable (Outgoing) throws -> ByteBuffer
    private let decode: @Sendable (ByteBuffer) throws -> Incoming

    init(
        _ stream: TransportStream, encode: @escaping @Sendable (Outgoing) throws -> ByteBuffer,
        decode: @escaping @Sendable (ByteBuffer) throws -> Incoming
    ) {
        self.stream = stream
        self.encode = encode
        self.decode = decode
    }

    /// Sends a message. Waits as long as the other side, or the way to it, takes nothing more.
    ///
    /// - Throws: `MicroError`: what ended the stream; `invalidArgument` (the message cannot be encoded) or
    ///   `payloadTooLarge`, which do not end it; `closed` after ``finish()``, or when the other side has ended the stream.
    ///   Or `CancellationError`.
    public func send(_ message: Outgoing) async throws { try await stream.send(encode(message)) }

    /// Sends nothing more; the other side's sequence ends. Receiving goes on. Finishing twice is fine.
    ///
    /// - Throws: As ``send(_:)``, but for the encoding.
    public func finish() async throws { try await stream.finish() }

    /// Ends the stream in both directions at once. The other side hears of it within a second. After its end this does
    /// nothing.
    public func cancel() { stream.cancel() }

    /// The reading half.
    public func makeAsyncIterator() -> Iterator { Iterator(messages: stream.makeAsyncIterator(), decode: decode) }

    /// Reads a stream. Holds it, so that it lives as long as the loop.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var messages: TransportStream.Iterator
        fileprivate let decode: @Sendable (ByteBuffer) throws -> Incoming

        /// The next message; nil when the other side has finished.
        ///
        /// - Throws: What the other side failed with, after all messages that it sent before; `unavailable` when the
        ///   connection broke, `deadlineExceeded` at the deadline, `CancellationError` after
        ///   ``MessageStream/cancel()``. For a message that cannot be decoded `invalidArgument` in a service and
        ///   `internal` in a client.
        public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async throws -> Incoming? {
            guard let message = try await messages.next(isolation: actor) else { return nil }
            return try decode(message)
        }
    }
}
