// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A response's header fields, at most `maxSize` bytes and `maxCount` lines.
///
/// Kept as the bytes that arrived: most callers look at one field or none, so nothing is parsed before it is asked for.
package struct CurlHeaders: Sendable {
    /// 64 KiB, with interim responses and trailers counted in.
    package static let maxSize = 64 * 1024

    /// 512 lines, with interim responses and trailers counted in.
    package static let maxCount = 512

    /// Complete lines with their line ends.
    private var block: [UInt8] = []

    init() {}

    mutating func append(line: UnsafeRawBufferPointer) {
        block.append(contentsOf: line)
    }

    mutating func removeAll() {
        block.removeAll(keepingCapacity: true)
    }

    /// The value of the first field of this name, in any case, without surrounding blanks; `nil` if there is none.
    package subscript(_ name: String) -> String? {
        let wanted = Array(name.utf8)
        for line in lines {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let found = line[..<colon]
            if found.count == wanted.count, zip(found, wanted).allSatisfy({ $0.lowercasedASCII == $1.lowercasedASCII })
            {
                return Self.text(line[line.index(after: colon)...])
            }
        }
        return nil
    }

    /// All fields in order of arrival; what is not UTF-8 is replaced.
    package var fields: [(name: String, value: String)] {
        lines.compactMap { line in
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            return (
                String(decoding: line[..<colon], as: UTF8.self), Self.text(line[line.index(after: colon)...])
            )
        }
    }

    private var lines: [ArraySlice<UInt8>] {
        block.split(separator: UInt8(ascii: "\n"))
    }

    private static func text(_ value: ArraySlice<UInt8>) -> String {
        var trimmed = value
        while let first = trimmed.first, first.isBlank { trimmed.removeFirst() }
        while let last = trimmed.last, last.isBlank { trimmed.removeLast() }
        return String(decoding: trimmed, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var lowercasedASCII: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }

    fileprivate var isBlank: Bool {
        self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == UInt8(ascii: "\r")
    }
}
