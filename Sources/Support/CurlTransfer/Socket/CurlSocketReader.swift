// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Receives the bytes of a ``CurlSocket``. Both methods are called on the socket's thread and must not block it.
package protocol CurlSocketReader: AnyObject, Sendable {
    /// Handles received bytes, which are only valid during the call. The first call may come before
    /// ``CurlSocket/connect(to:tls:timeout:reader:)`` has returned.
    func receive(_ bytes: UnsafeRawBufferPointer, from socket: CurlSocket)

    /// Handles the end of the connection. Called once, if the socket was connected; the error is `closed` after
    /// ``CurlSocket/close()``.
    func end(_ error: CurlError)
}
