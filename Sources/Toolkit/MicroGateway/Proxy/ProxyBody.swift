// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import MicroEdge
package import NIOCore

/// The body of a request that is sent to a node.
package enum ProxyBody: Sendable {
    /// A small body, which was read before: it can be sent to several nodes in turn. Empty for a request without a body.
    case buffered(ByteBuffer)
    /// A body that is passed on while it arrives, and its size; nil if that is unknown.
    case streamed(ProxyUpload, size: Int?)

    /// The maximum size of a body that is read before it is passed on, in bytes.
    package static let maxBufferedSize = 64 * 1024

    /// Reads a small body; begins to pass on a larger one, or one of unknown size.
    ///
    /// - Throws: `HTTPError` with 400 for a small body that is incomplete.
    init(of request: GatewayRequest) async throws {
        guard request.hasBody else {
            self = .buffered(ByteBuffer())
            return
        }
        let size = request.http.headers[.contentLength].flatMap { Int($0) }
        if let size, size <= min(Self.maxBufferedSize, request.maxBodySize) {
            self = .buffered(try await request.http.completeBody(upTo: size))
        } else {
            self = .streamed(ProxyUpload(request.http.body, maxSize: request.maxBodySize), size: size)
        }
    }

    /// Whether parts of the body were passed on that cannot be read again.
    var hasStarted: Bool { upload?.hasStarted == true }

    /// Why the body of the request ended early; nil if it did not.
    var failure: (any Error)? { upload?.failure }

    /// Stops reading, without waiting for it.
    func cancel() { upload?.cancel() }

    /// Stops reading, and returns when nothing is read any longer.
    func stop() async { await upload?.stop() }

    private var upload: ProxyUpload? { if case .streamed(let upload, _) = self { upload } else { nil } }
}
