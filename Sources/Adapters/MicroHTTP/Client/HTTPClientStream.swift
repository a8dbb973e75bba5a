// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The state of a stream on a client's connection.
final class HTTPClientStream {
    /// The software of the server, which decides how this side ends.
    enum Peer {
        /// Nothing has been received yet.
        case unknown
        /// The server has responded to the opening: it is one of this toolkit.
        case toolkit
        /// A go-micro server, of any version.
        case goMicro
    }

    let pipe: HTTPStreamPipe
    let request: HTTPStreamRequest
    var peer = Peer.unknown
    /// Whether the user has ended this side.
    var hasFinished = false
    /// When the end of this side was written, or the last message was received after that.
    var lastActivityAfterEnd: ContinuousClock.Instant?
    /// Whether the server's side has ended.
    var hasPeerFinished = false
    /// Whether the buffer of received messages is full.
    var isPaused = false

    init(_ pipe: HTTPStreamPipe, _ request: HTTPStreamRequest) {
        self.pipe = pipe
        self.request = request
    }

    /// Whether the end of the connection is that of the server's side: v1.0 sends no other. It says nothing before the
    /// first response, and a server of this toolkit sends an end.
    var mayEndByClosing: Bool { peer == .goMicro }
}
