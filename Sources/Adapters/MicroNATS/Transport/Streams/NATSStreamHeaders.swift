// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The NATS headers of a stream's message, which go-micro ignores: a number, which reveals lost messages, and whether
/// an end of the stream ends only one direction.
struct NATSStreamHeaders: Sendable {
    private static let numberHeader = "Micro-Number"
    private static let halfCloseHeader = "Micro-Half"

    /// The maximum size in bytes.
    static let maxSize = 96

    /// 0 for the message that opens the stream.
    var number: UInt64
    /// Whether the sender of an end continues to receive.
    var isHalfClose = false

    init(number: UInt64, isHalfClose: Bool = false) {
        self.number = number
        self.isHalfClose = isHalfClose
    }

    /// Reads the headers of a message; nil if the sender is not a swift-micro peer.
    init?(_ headers: Headers) {
        guard let number = headers[Self.numberHeader].flatMap({ UInt64($0) }) else { return nil }
        self.number = number
        isHalfClose = headers[Self.halfCloseHeader] != nil
    }

    var headers: Headers {
        var headers: Headers = [Self.numberHeader: String(number)]
        if isHalfClose { headers.add(Self.halfCloseHeader, "1") }
        return headers
    }
}
