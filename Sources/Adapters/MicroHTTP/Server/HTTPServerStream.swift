// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// The state of a stream on a server's connection.
final class HTTPServerStream {
    let pipe: HTTPStreamPipe
    let request: TransportRequest
    var task: HTTPLoopTask?
    /// Whether the buffer of received messages is full.
    var isPaused = false
    /// Whether the handler has ended its side.
    var hasFinished = false
    /// The error of the message that is being received.
    private var error: String?

    init(_ pipe: HTTPStreamPipe, _ request: TransportRequest) {
        self.pipe = pipe
        self.request = request
    }

    func receiveHead(_ head: HTTPHead) { error = head.fields.error }

    func receiveEnd(_ body: ByteBuffer) {
        switch error {
        case GoMicroHeaders.endOfStream?: pipe.source.finish()
        case let error?:
            pipe.source.finish(throwing: MicroError(wireText: error, origin: MicroError.Origin.client))
        case nil: isPaused = !pipe.source.yield(body)
        }
    }

    /// The caller has disconnected, or the service is terminated.
    func terminate() {
        pipe.end(MicroError(.unavailable, "the stream's connection was lost", origin: MicroError.Origin.transport))
        task?.cancel()
    }
}
