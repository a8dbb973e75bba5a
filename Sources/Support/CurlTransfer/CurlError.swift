// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Why a request has no response.
package struct CurlError: Error, Sendable, Equatable {
    /// The cause, in the terms a caller decides by.
    package enum Kind: Sendable, Hashable {
        /// A method, URL character or header that must not be sent. Nothing was.
        case invalidRequest
        /// The URL is not one of `http` or `https`, or has no valid host and port. Nothing was sent.
        case invalidURL
        /// The host name has no address. Nothing was sent.
        case couldNotResolve
        /// Nobody accepted the connection. Nothing was sent.
        case couldNotConnect
        /// The TLS handshake failed, or a certificate or key could not be used. Nothing was sent.
        case tlsFailure
        /// The connection ended before the response did. The server may have acted on the request.
        case connectionLost
        /// The request's `timeout` or `connectTimeout` ran out. The server may have acted on the request.
        case timedOut
        /// What came back is not HTTP.
        case badResponse
        /// The response's header is larger than `CurlHeaders.maxSize` or has too many lines.
        case headersTooLarge
        /// The response's body is larger than the request's `maxBodySize`.
        case bodyTooLarge
        /// The `CurlTransfer` was closed, before or during the request.
        case closed
        /// Anything else, such as the process running out of descriptors.
        case other
    }

    /// The cause.
    package var kind: Kind

    /// One line for people: libcurl's own text where there is one, below 256 bytes, without URL, headers or body.
    package var message: String

    /// libcurl's `CURLcode`; 0 where the error is not libcurl's.
    package var curlCode: Int32

    /// An error, of libcurl's unless `curlCode` is 0.
    package init(kind: Kind, message: String, curlCode: Int32 = 0) {
        self.kind = kind
        self.message = message
        self.curlCode = curlCode
    }

    /// What everything after `CurlTransfer.close()` ends with.
    static let closed = CurlError(kind: .closed, message: "the HTTP client is closed")

    /// What a response's header beyond its limits ends with.
    static let headersTooLarge = CurlError(
        kind: .headersTooLarge,
        message: "the response's header exceeds \(CurlHeaders.maxSize) bytes or \(CurlHeaders.maxCount) lines")
}

extension CurlError: CustomStringConvertible {
    /// The message, with libcurl's number where there is one.
    package var description: String {
        curlCode == 0 ? message : "\(message) (curl \(curlCode))"
    }
}
