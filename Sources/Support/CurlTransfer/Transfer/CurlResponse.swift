// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A complete HTTP response.
package struct CurlResponse: Sendable {
    /// The status code, 200…999. No status is treated as an error.
    package var status: Int

    /// The header fields, without those of interim responses and trailers.
    package var headers: CurlHeaders

    /// The body as sent, without content decoding; at most the request's `maxBodySize` bytes.
    package var body: [UInt8]
}
