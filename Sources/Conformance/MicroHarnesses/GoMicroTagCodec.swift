// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Text as go-micro packs it into a tag: a zlib stream in lower-case hexadecimal digits.
enum GoMicroTagCodec {
    /// Nothing that a case registers is longer.
    private static let maxDecodedSize = 1 << 20

    static func compressed(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var count = compressBound(uLong(bytes.count))
        var stream = [UInt8](repeating: 0, count: Int(count))
        // It cannot fail: there is room for the worst case.
        compress(&stream, &count, bytes, uLong(bytes.count))
        return stream.prefix(Int(count)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Nil for what is not such a text.
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
