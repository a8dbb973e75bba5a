// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The header fields of a response, at most `maxSize` bytes and `maxCount` lines.
///
/// The received bytes are parsed on access, because most callers read one field or none.
package struct CurlHeaders: Sendable {
    /// The maximum size, 64 KiB, including interim responses and trailers.
    package static let maxSize = 64 * 1024

    /// The maximum number of lines, 512, including interim responses and trailers.
    package static let maxCount = 512

    /// Complete lines with their line terminators.
    private var block: [UInt8] = []

    init() {}

    mutating func append(line: UnsafeRawBufferPointer) {
        block.append(contentsOf: line)
    }

    mutating func removeAll() {
        block.removeAll(keepingCapacity: true)
    }

    /// The value of the first field with a name, without surrounding blanks; nil if there is none. Case is ignored.
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

    /// All fields in order of arrival. Invalid UTF-8 is replaced by U+FFFD.
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
