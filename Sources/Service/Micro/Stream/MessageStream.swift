// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// One side of a stream of typed messages: an asynchronous sequence of the other side's messages, with methods that send.
///
/// ```swift
/// let stream = try await client.stream("chat", "Chat.Talk", sending: ChatMessage.self, receiving: ChatReply.self)
/// try await stream.send(ChatMessage(text: "How are you?"))
/// try await stream.finish()
/// for try await reply in stream { print(reply.text) }
/// ```
///
/// The guarantees are those of `TransportStream`: both directions are independent; messages that are not read wait in a
/// bounded buffer; a connection that ends without the other side having finished is an error; releasing the stream before
/// its end cancels it. One task may read while another one sends.
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

    /// Sends a message. Waits while the other side, or the connection to it, accepts no more messages.
    ///
    /// - Throws: `MicroError`: the error that ended the stream; `invalidArgument` (the message cannot be encoded) or
    ///   `payloadTooLarge`, which do not end the stream; `closed` after ``finish()``, or after the other side has ended the
    ///   stream. Or `CancellationError`.
    public func send(_ message: Outgoing) async throws { try await stream.send(encode(message)) }

    /// Ends the sending direction: the other side's sequence ends. Receiving continues. Finishing twice has no effect.
    ///
    /// - Throws: As ``send(_:)``, except for errors of encoding.
    public func finish() async throws { try await stream.finish() }

    /// Ends both directions at once. The other side is notified within a second. Has no effect after the end of the stream.
    public func cancel() { stream.cancel() }

    /// The reader of the stream. A stream supports a single reader at a time.
    public func makeAsyncIterator() -> Iterator { Iterator(messages: stream.makeAsyncIterator(), decode: decode) }

    /// Reads a stream, and keeps it alive.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var messages: TransportStream.Iterator
        fileprivate let decode: @Sendable (ByteBuffer) throws -> Incoming

        /// The next message; nil after the other side has finished.
        ///
        /// - Throws: The error of the other side, after all messages that it sent before; `unavailable` if the connection
        ///   broke, `deadlineExceeded` at the deadline, `CancellationError` after ``MessageStream/cancel()``. A message that
        ///   cannot be decoded is `invalidArgument` in a service and `internal` in a client.
        public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async throws -> Incoming? {
            guard let message = try await messages.next(isolation: actor) else { return nil }
            return try decode(message)
        }
    }
}
