// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore
package import NIOCore

/// A server's side of a stream in the protocol before 1.0: every message is in an envelope, and so are its end and its
/// error.
package struct LegacyRPCStream: Sendable {
    private let format: LegacyRPCFormat
    private let opening: TransportRequest
    /// The endpoint that the stream is opened to.
    package let endpoint: String

    /// Nil if the request has no envelope, or one that names no endpoint.
    package init?(opening: TransportRequest) {
        guard let (format, content) = LegacyRPCFormat.open(opening) else { return nil }
        let endpoint = opening.endpoint.isEmpty ? content?.method ?? "" : opening.endpoint
        guard !endpoint.isEmpty else { return nil }
        (self.format, self.opening, self.endpoint) = (format, opening, endpoint)
    }

    /// The request that opens the stream, without its envelope.
    package var request: TransportRequest {
        var request = opening
        request.endpoint = endpoint
        request.contentType = format.messageContentType
        request.body = ByteBuffer()
        return request
    }

    /// Opens the envelope of a received message.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` if it is not an envelope.
    package func unwrapped(_ body: ByteBuffer) throws -> (message: ByteBuffer, error: String?) {
        var request = opening
        request.body = body
        guard let content = LegacyRPCFormat.open(request)?.content else {
            throw MicroError(
                .invalidArgument, "a message of the stream is not an envelope of \(opening.contentType)",
                origin: MicroError.Origin.server)
        }
        return (content.message, content.error.flatMap { $0.isEmpty ? nil : $0 })
    }

    /// Puts a message into an envelope.
    package func wrapped(_ message: ByteBuffer) -> ByteBuffer {
        format.wrapped(message, error: nil, method: endpoint)
    }

    /// Puts an error, or ``GoMicroHeaders/endOfStream``, into an envelope.
    package func wrapped(error: String) -> ByteBuffer {
        format.wrapped(ByteBuffer(), error: error, method: endpoint)
    }
}
