// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// One HTTP response, read to its end.
package struct CurlResponse: Sendable {
    /// The status code, 200…999. Any of them is a response: only the lack of one is an error.
    package var status: Int

    /// The header, without the lines of interim responses and trailers.
    package var headers: CurlHeaders

    /// The body as the server sent it, no content coding undone. At most the request's `maxBodySize` bytes.
    package var body: [UInt8]
}
