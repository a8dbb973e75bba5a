// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Collects the header lines of the final response, up to a limit.
///
/// libcurl reports interim responses (1xx) and trailers through the same callback. Their lines are dropped, but count
/// towards the limit, so that a server cannot send them indefinitely.
struct CurlResponseHead {
    private(set) var headers = CurlHeaders()
    private var size = 0
    private var count = 0
    private var position = Position.statusLine

    private enum Position {
        case statusLine
        case fields(interim: Bool)
        case complete
    }

    /// Whether the header of the final response is complete.
    var isComplete: Bool {
        if case .complete = position { true } else { false }
    }

    /// Appends a line with its terminator. Returns false if the header exceeds the limits.
    mutating func append(line: UnsafeRawBufferPointer) -> Bool {
        size += line.count
        count += 1
        guard size <= CurlHeaders.maxSize, count <= CurlHeaders.maxCount else { return false }
        switch position {
        case .statusLine:
            headers.removeAll()
            position = .fields(interim: Self.isInterim(statusLine: line))
        case .fields(let interim) where line.first == UInt8(ascii: "\r") || line.first == UInt8(ascii: "\n"):
            position = interim ? .statusLine : .complete
        case .fields:
            headers.append(line: line)
        case .complete:
            break
        }
        return true
    }

    /// Whether the status is 1xx, except 101, which is not followed by another response.
    private static func isInterim(statusLine: UnsafeRawBufferPointer) -> Bool {
        guard let space = statusLine.firstIndex(of: UInt8(ascii: " ")) else { return false }
        let code = statusLine[(space + 1)...].prefix(3)
        return code.first == UInt8(ascii: "1") && !code.elementsEqual("101".utf8)
    }
}
