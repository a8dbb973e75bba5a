// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Why a node has not responded.
package enum UpstreamError: Error, CustomStringConvertible {
    /// The request cannot be sent over HTTP/1.1.
    case invalidRequest(String)
    /// No connection was made: nothing was sent.
    case notConnected(any Error)
    case connectionClosed
    case idleTimeout
    /// The response is not HTTP/1.1.
    case invalidResponse(String)

    package var description: String {
        switch self {
        case .invalidRequest(let reason): "the request is not valid (\(reason))"
        case .notConnected(let cause): "no connection was made (\(cause))"
        case .connectionClosed: "it closed the connection"
        case .idleTimeout: "it has sent nothing for too long"
        case .invalidResponse(let reason): "its response is not valid (\(reason))"
        }
    }
}
