// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Decompresses text from the hexadecimal digits of a zlib stream (RFC 1950).
enum ZlibText {
    /// The maximum size of the text, in bytes: a small stream can decompress to a huge text.
    static let maxTextSize = 256 * 1024

    /// The text; nil if the digits are not a complete stream, or the text is larger than ``maxTextSize``.
    static func decompressed(hexadecimal digits: Substring) -> String? {
        guard var compressed = bytes(digits), !compressed.isEmpty else { return nil }
        var stream = z_stream()
        guard czlib_inflate_init(&stream) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        return compressed.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(clamping: input.count)
            while true {
                let (status, count) = chunk.withUnsafeMutableBufferPointer { output in
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(clamping: output.count)
                    let status = inflate(&stream, Z_NO_FLUSH)
                    return (status, output.count - Int(stream.avail_out))
                }
                text.append(contentsOf: chunk[..<count])
                guard text.count <= maxTextSize else { return nil }
                if status == Z_STREAM_END { return String(validating: text, as: UTF8.self) }
                // No output and no input left: the stream is incomplete.
                guard status == Z_OK, count > 0 || stream.avail_in > 0 else { return nil }
            }
        }
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
