// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// The sending direction of a stream.
public struct MessageWriter<Message: Sendable>: Sendable {
    let stream: TransportStream
    let encode: @Sendable (Message) throws -> ByteBuffer
    /// Called when the stream refuses a message because it is closed.
    var onClosed: (@Sendable () -> Void)?

    /// Sends a message. Waits while the other side, or the connection to it, accepts no more messages.
    ///
    /// - Throws: As ``MessageStream/send(_:)``.
    public func send(_ message: Message) async throws {
        do { try await stream.send(encode(message)) } catch let error as MicroError where error.code == .closed {
            onClosed?()
            throw error
        }
    }
}
