// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore

/// The head of a request or a response.
struct HTTPHead {
    /// The method of a request.
    var method = "POST"
    /// The target of a request; empty for a response.
    var target = ""
    /// The status of a response; 0 for a request.
    var status = 0
    /// The transport's fields and the user's headers.
    var fields = GoMicroHeaders()
    var framing = HTTPFraming()
    /// Whether the head has `User-Agent`: Go's HTTP client always sends it, swift-micro's client never does.
    var hasUserAgent = false

    /// The path and query of the target, including a target in absolute form, which clients send through a proxy (RFC
    /// 9112, section 3.2.2).
    var originTarget: Substring {
        let scheme = target.prefix { $0 != ":" }
        guard target.utf8.first != 0x2F, ["http", "https"].contains(scheme.lowercased()) else { return target[...] }
        let rest = target.dropFirst(scheme.count)
        guard rest.hasPrefix("://") else { return target[...] }
        let path = rest.dropFirst(3).drop { $0 != "/" && $0 != "?" }
        return path.first == "/" ? path : "/" + path
    }
}

/// The fields of a head that concern HTTP itself.
struct HTTPFraming {
    /// The declared length of the body in bytes; `Int.max` for a length that does not fit into an `Int`.
    var length: Int?
    /// Whether the body is sent in chunks, so that its length is unknown.
    var isChunked = false
    /// Whether the connection ends after the message (RFC 9112, section 9.6).
    var shouldCloseConnection = false
    /// Whether a client waits for permission to send the body (RFC 9110, section 10.1.1).
    var expectsContinue = false
}
