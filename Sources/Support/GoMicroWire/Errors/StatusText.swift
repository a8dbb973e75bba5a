// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Reason phrases of HTTP statuses.
package enum StatusText {
    /// The reason phrase of a status (RFC 9110, section 15), as Go's `http.StatusText` has it. A status that is not
    /// listed gets the phrase of its class.
    package static func reasonPhrase(of status: Int) -> String {
        switch status {
        case 200: "OK"
        case 401: "Unauthorized"
        case 402: "Payment Required"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 412: "Precondition Failed"
        case 413: "Request Entity Too Large"
        case 415: "Unsupported Media Type"
        case 418: "I'm a teapot"
        case 422: "Unprocessable Entity"
        case 423: "Locked"
        case 425: "Too Early"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 400..<500: "Bad Request"
        default: "Internal Server Error"
        }
    }
}
