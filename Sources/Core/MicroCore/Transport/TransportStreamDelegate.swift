// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// The sending side of a stream, which a transport implements. Its methods can be called from any thread.
public protocol TransportStreamDelegate: Sendable {
    /// Sends a message, and returns once there is room for another one.
    ///
    /// - Throws: As ``TransportStream/send(_:)``. If the sending task is cancelled, ``cancel()`` is called as well, which must
    ///   end the wait.
    func send(_ message: ByteBuffer) async throws

    /// Ends this side's messages.
    func finish() async throws

    /// Resumes receiving after ``TransportStream/Source/yield(_:)`` returned false: the reader has made room.
    func resume()

    /// Notifies the other side that the stream was cancelled, unless it has ended in both directions.
    ///
    /// It is called at most once, and not after ``TransportStream/Source/finish(throwing:)`` with an error. It must not
    /// block.
    func cancel()
}
