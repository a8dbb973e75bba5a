// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// The receiving direction of a stream: an asynchronous sequence of the other side's messages, which supports a single
/// reader at a time. Releasing the stream before its end cancels it; a reader keeps it alive.
public struct MessageReader<Message: Sendable>: AsyncSequence, Sendable {
    /// A message of the other side.
    public typealias Element = Message
    /// `MicroError` or `CancellationError`.
    public typealias Failure = any Error

    let stream: TransportStream
    let decode: @Sendable (ByteBuffer) throws -> Message

    /// The iterator of the sequence.
    public func makeAsyncIterator() -> Iterator { Iterator(messages: stream.makeAsyncIterator(), decode: decode) }

    /// Reads a stream, and keeps it alive.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var messages: TransportStream.Iterator
        fileprivate let decode: @Sendable (ByteBuffer) throws -> Message

        /// The next message; nil after the other side has finished.
        ///
        /// - Throws: The error of the other side, after all messages that it sent before; `unavailable` if the connection
        ///   broke, `deadlineExceeded` at the deadline, `CancellationError` after ``MessageStream/cancel()``. A message that
        ///   cannot be decoded is `invalidArgument` in a service and `internal` in a client.
        public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async throws -> Message? {
            guard let message = try await messages.next(isolation: actor) else { return nil }
            return try decode(message)
        }
    }
}
