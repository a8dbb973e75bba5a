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

    /// The receiving direction.
    public let reader: MessageReader<Incoming>
    /// The sending direction.
    public let writer: MessageWriter<Outgoing>
    private let stream: TransportStream

    init(
        _ stream: TransportStream, encode: @escaping @Sendable (Outgoing) throws -> ByteBuffer,
        decode: @escaping @Sendable (ByteBuffer) throws -> Incoming
    ) {
        self.stream = stream
        reader = MessageReader(stream: stream, decode: decode)
        writer = MessageWriter(stream: stream, encode: encode)
    }

    /// Sends a message. Waits while the other side, or the connection to it, accepts no more messages.
    ///
    /// - Throws: `MicroError`: the error that ended the stream; `invalidArgument` (the message cannot be encoded) or
    ///   `payloadTooLarge`, which do not end the stream; `closed` after ``finish()``, or after the other side has ended the
    ///   stream. Or `CancellationError`.
    public func send(_ message: Outgoing) async throws { try await writer.send(message) }

    /// Ends the sending direction: the other side's sequence ends. Receiving continues. Finishing twice has no effect.
    ///
    /// - Throws: As ``send(_:)``, except for errors of encoding.
    public func finish() async throws { try await stream.finish() }

    /// Ends both directions immediately. The other side is notified within a second. Has no effect after the end of the
    /// stream.
    public func cancel() { stream.cancel() }

    /// The reader of the stream. A stream supports a single reader at a time.
    public func makeAsyncIterator() -> MessageReader<Incoming>.Iterator { reader.makeAsyncIterator() }
}
