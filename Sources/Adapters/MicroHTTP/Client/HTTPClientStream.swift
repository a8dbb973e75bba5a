// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// The state of a stream on a client's connection.
final class HTTPClientStream {
    /// The software of the server, which decides how this side ends.
    enum Peer {
        /// Nothing has been received yet.
        case unknown
        /// The server has responded to the opening request, so it is a swift-micro server.
        case swiftMicro
        /// A go-micro server, of any version.
        case goMicro
    }

    let pipe: HTTPStreamPipe
    let request: HTTPStreamRequest
    /// Ends the stream at its deadline, which can be a year away.
    var timer: Scheduled<Void>?
    var peer = Peer.unknown
    /// Whether the user has ended this side.
    var hasFinished = false
    /// When the end of this side was written, or the time of the last message received after that.
    var lastActivityAfterEnd: ContinuousClock.Instant?
    /// Whether the server's side has ended.
    var hasPeerFinished = false
    /// Whether the buffer of received messages is full.
    var isPaused = false

    init(_ pipe: HTTPStreamPipe, _ request: HTTPStreamRequest) {
        self.pipe = pipe
        self.request = request
    }

    /// Whether the end of the connection ends the server's side: v1.0 has no other signal. False before the first
    /// response, and for swift-micro servers, which send an end.
    var isEndedByConnectionClose: Bool { peer == .goMicro }
}
