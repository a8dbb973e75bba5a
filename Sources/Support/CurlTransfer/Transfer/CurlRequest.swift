// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// One HTTP/1.1 request.
package struct CurlRequest: Sendable {
    /// `GET`, `PUT`, …; an HTTP token, case-sensitive.
    package var method: String

    /// An absolute `http` or `https` URL, already percent-encoded.
    package var url: String

    /// Header lines in order. The body's length decides the framing: `Content-Length`, `Transfer-Encoding` and `Expect`
    /// are refused. No `Content-Type` is sent unless it is here.
    package var headers: [(String, String)]

    /// The body, sent with its length. `nil`: none (a `POST`, `PUT` or `PATCH` then has an empty one).
    package var body: [UInt8]?

    /// For the whole request, from submission to the last byte; of a stream, to the last byte of the header.
    /// Sub-millisecond values count as 1 ms; above 24 days is as 24 days; zero or less times out at once, with nothing
    /// sent.
    package var timeout: Duration

    /// For the name, the connection and the handshake, within `timeout`. At least 1 ms.
    package var connectTimeout: Duration

    /// The largest response body to accept, in bytes. A stream's may be of any size.
    package var maxBodySize: Int

    /// A `GET` without body, ten seconds for all, five to connect, 16 MiB at most in return, unless given.
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
