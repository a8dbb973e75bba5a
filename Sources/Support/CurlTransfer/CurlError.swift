// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The failure of a request or a socket.
package struct CurlError: Error, Sendable, Equatable {
    /// The kind of failure, for callers to branch on.
    package enum Kind: Sendable, Hashable {
        /// The method, a URL character or a header is invalid. Nothing was sent.
        case invalidRequest
        /// The URL's scheme is not `http` or `https`, or it has no valid host and port. Nothing was sent.
        case invalidURL
        /// The host name could not be resolved. Nothing was sent.
        case couldNotResolve
        /// The connection was not accepted. Nothing was sent.
        case couldNotConnect
        /// The TLS handshake failed, or a certificate or key could not be used. Nothing was sent.
        case tlsFailure
        /// The connection ended before the response was complete. The server may have acted on the request.
        case connectionLost
        /// The request's `timeout`, `connectTimeout` or `responseTimeout` expired. The server may have acted on the
        /// request.
        case timedOut
        /// The response is not valid HTTP or WebSocket.
        case badResponse
        /// The response's header exceeds `CurlHeaders.maxSize` or `CurlHeaders.maxCount`.
        case headersTooLarge
        /// The response's body exceeds the request's `maxBodySize`.
        case bodyTooLarge
        /// The `CurlTransfer` or `CurlSocket` was closed, before or during the operation.
        case closed
        /// Another failure, such as a lack of free descriptors in the process.
        case other
    }

    /// The kind of failure.
    package var kind: Kind

    /// One line of text without URL, headers or body: libcurl's text if there is one, shorter than 256 bytes.
    package var message: String

    /// The `CURLcode`; 0 if libcurl did not report the failure.
    package var curlCode: Int32

    /// Creates an error.
    package init(kind: Kind, message: String, curlCode: Int32 = 0) {
        self.kind = kind
        self.message = message
        self.curlCode = curlCode
    }

    /// The error of requests after `CurlTransfer.close()`.
    static let closed = CurlError(kind: .closed, message: "the HTTP client is closed")

    /// The error of a socket after `CurlSocket.close()`.
    static let socketClosed = CurlError(kind: .closed, message: "the connection is closed")

    /// The error of a response header beyond its limits.
    static let headersTooLarge = CurlError(
        kind: .headersTooLarge,
        message: "the response's header exceeds \(CurlHeaders.maxSize) bytes or \(CurlHeaders.maxCount) lines")
}

extension CurlError: CustomStringConvertible {
    /// The message, followed by libcurl's code if there is one.
    package var description: String {
        curlCode == 0 ? message : "\(message) (curl \(curlCode))"
    }
}
