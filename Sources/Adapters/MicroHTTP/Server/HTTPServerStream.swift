// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// A stream that a server holds: what its connection knows of it.
final class HTTPServerStream {
    let inner: HTTPStream
    let request: TransportRequest
    var task: HTTPLoopTask?
    /// Whether the reader has enough for now.
    var isPaused = false
    /// Whether the handler sends nothing more.
    var hasFinished = false

    init(_ inner: HTTPStream, _ request: TransportRequest) {
        self.inner = inner
        self.request = request
    }

    func handle(_ head: HTTPHead, _ body: ByteBuffer) {
        switch head.fields.error {
        case GoMicroHeaders.endOfStream?: inner.source.finish()
        case let error?: inner.source.finish(throwing: MicroError(wireText: error, origin: MicroError.Origin.client))
        case nil: isPaused = !inner.source.yield(body)
        }
    }

    /// The caller has gone, or the service has to go.
    func terminate() {
        inner.end(
            MicroError(.unavailable, "the connection of the stream has broken", origin: MicroError.Origin.transport))
        task?.cancel()
    }
}
