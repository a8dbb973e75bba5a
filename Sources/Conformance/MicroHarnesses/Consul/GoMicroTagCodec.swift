// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Encodes and decodes the content of a compressed tag in go-micro's format: a zlib stream in lower-case hexadecimal
/// digits.
///
/// `MicroConsul` has its own codec. This one is deliberately independent, because cases compare the results of both.
enum GoMicroTagCodec {
    /// An upper limit: no case registers a longer text.
    private static let maxDecodedSize = 1 << 20

    static func compressed(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var count = compressBound(uLong(bytes.count))
        var stream = [UInt8](repeating: 0, count: Int(count))
        // Cannot fail: the buffer has the size of the worst case.
        compress(&stream, &count, bytes, uLong(bytes.count))
        return stream.prefix(Int(count)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Decodes a text; nil for any other format.
    static func decompressed(_ digits: Substring) -> String? {
        guard digits.utf8.count.isMultiple(of: 2) else { return nil }
        var stream: [UInt8] = []
        var rest = digits
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            stream.append(byte)
            rest = rest.dropFirst(2)
        }
        var count = uLong(maxDecodedSize)
        var text = [UInt8](repeating: 0, count: maxDecodedSize)
        guard uncompress(&text, &count, stream, uLong(stream.count)) == Z_OK else { return nil }
        return String(validating: text.prefix(Int(count)), as: UTF8.self)
    }
}
