// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Hummingbird
package import NIOCore

extension Request {
    /// Reads the body.
    ///
    /// HTTP/2 ends the body of a client that disconnects without an error, so that its length is compared with
    /// `Content-Length`.
    ///
    /// - Throws: `HTTPError` with 413 for a body that is larger than a limit in bytes, and with 400 for one that is incomplete.
    package func completeBody(upTo limit: Int) async throws -> ByteBuffer {
        let body = try await body.collect(upTo: limit)
        guard let length = headers[.contentLength].flatMap({ Int($0) }), body.readableBytes < length else {
            return body
        }
        throw HTTPError(.badRequest, message: "the body has \(body.readableBytes) of \(length) bytes")
    }
}
