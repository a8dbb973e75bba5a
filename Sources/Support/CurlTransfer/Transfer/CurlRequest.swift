// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// An HTTP/1.1 request.
package struct CurlRequest: Sendable {
    /// The method, such as `GET` or `PUT`; an HTTP token, case-sensitive.
    package var method: String

    /// An absolute `http` or `https` URL, already percent-encoded.
    package var url: String

    /// The header lines in order. `Content-Length`, `Transfer-Encoding` and `Expect` are rejected, because the body's
    /// length determines the framing. `Content-Type` is sent only if it is set here.
    package var headers: [(String, String)]

    /// The body, sent with its length; nil for none. A `POST`, `PUT` or `PATCH` without body sends an empty one.
    package var body: [UInt8]?

    /// The time limit of the whole request, from submission to the last byte of the response; for a stream, to the last
    /// byte of its header. Values below 1 ms count as 1 ms, values above 24 days as 24 days. Zero or less times out
    /// immediately, and nothing is sent.
    package var timeout: Duration

    /// The time limit from the first byte of the response to its last byte, within `timeout`; nil for no additional
    /// limit. For long polls, whose `timeout` includes the wait for the first byte. Streams ignore it.
    package var responseTimeout: Duration?

    /// The time limit of name resolution, connecting and TLS handshake, within `timeout`. At least 1 ms.
    package var connectTimeout: Duration

    /// The maximum size of the response body, in bytes. Does not apply to streams.
    package var maxBodySize: Int

    /// Creates a request; the defaults are a `GET` without body, 10 s in all, 5 s to connect, and a response of up to
    /// 16 MiB.
    package init(
        method: String = "GET",
        url: String,
        headers: [(String, String)] = [],
        body: [UInt8]? = nil,
        timeout: Duration = .seconds(10),
        connectTimeout: Duration = .seconds(5),
        maxBodySize: Int = 16 * 1024 * 1024
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.maxBodySize = maxBodySize
    }
}
