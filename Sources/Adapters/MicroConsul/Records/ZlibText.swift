// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport

/// Decompresses text from the hexadecimal digits of a zlib stream (RFC 1950).
enum ZlibText {
    /// The maximum size of the text, in bytes, because a small stream can decompress to a huge text.
    static let maxTextSize = 256 * 1024

    /// The text; nil if the digits are not a complete stream, or the text is larger than `maxSize`.
    static func decompressed(hexadecimal digits: Substring, maxSize: Int = ZlibText.maxTextSize) -> String? {
        bytes(digits).flatMap { Zlib.decompressed($0, maxSize: maxSize) }
            .flatMap { String(validating: $0, as: UTF8.self) }
    }

    private static func bytes(_ digits: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in digits.utf8 {
            guard let value = value(of: digit) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return high == nil ? bytes : nil
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
