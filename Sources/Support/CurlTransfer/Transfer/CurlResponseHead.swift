// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Collects the lines libcurl reports into the header of the final response, and bounds them.
///
/// libcurl reports interim (1xx) responses before it and trailers after it through the same callback. Neither may speak
/// for the response, and both count towards the limit, so that a peer cannot send them without end.
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

    /// Whether the final response's header has come to its end.
    var isComplete: Bool {
        if case .complete = position { true } else { false }
    }

    /// Takes one line with its line end; false once the header is too large.
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

    /// 1xx, but for 101, after which no other response comes.
    private static func isInterim(statusLine: UnsafeRawBufferPointer) -> Bool {
        guard let space = statusLine.firstIndex(of: UInt8(ascii: " ")) else { return false }
        let code = statusLine[(space + 1)...].prefix(3)
        return code.first == UInt8(ascii: "1") && !code.elementsEqual("101".utf8)
    }
}
