// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
package import NIOCore

/// The position of a message in a stream.
package enum StreamPosition: Sendable, Hashable {
    /// One of the sender's messages.
    case message
    /// The end of the sender's messages; it still receives.
    case halfClose
    /// The end of the stream.
    case end
}

/// The outcome of sending a message of a stream.
package enum StreamSendOutcome: Sendable {
    case sent
    /// Nothing was sent: the window of the stream is full.
    case windowFull
    /// Nothing was sent: the connection of the stream was lost.
    case connectionLost
}

/// One direction of a stream on a broker: encodes and sends the messages to the peer, and control messages beside them.
package protocol MessageStreamWire: Sendable {
    /// An encoded message without its number.
    associatedtype Payload: Sendable

    /// Assigns the next number of the stream, and calls its argument with it. The argument puts the message into the output
    /// buffer, so that numbers have the order of the messages there, and returns false if it could not.
    ///
    /// Returns false if nothing was sent, because the window of the stream is full or the argument returned false. Throws
    /// the reason if the stream has ended.
    typealias Numbering = @Sendable (_ send: (UInt64) -> Bool) throws -> Bool

    /// Encodes a message.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `payloadTooLarge`.
    func payload(of message: ByteBuffer) throws -> Payload

    /// Encodes the end of a stream.
    ///
    /// - Parameter text: The wire text of an error, or go-micro's end of a stream.
    func endPayload(_ text: String) -> Payload

    /// Sends a message. Waits for a connection and for room in the output buffer if necessary.
    ///
    /// - Throws: ``/MicroCore/MicroError``, `CancellationError`, and the errors of the numbering.
    func send(
        _ payload: Payload, as position: StreamPosition, by deadline: ContinuousClock.Instant,
        _ numbering: @escaping Numbering
    ) async throws -> StreamSendOutcome

    /// Sends the end of the stream if there is a connection with room.
    func trySendEnd(_ payload: Payload, _ numbering: @escaping Numbering)

    /// Sends a control message if there is a connection with room.
    func send(_ control: StreamControl)
}
