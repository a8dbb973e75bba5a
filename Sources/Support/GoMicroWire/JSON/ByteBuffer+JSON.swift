// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore

extension ByteBuffer {
    /// Encodes a value that `JSONSerialization` has parsed, or one of the same types; nil if encoding fails. Values of
    /// other types can trap on Apple platforms.
    init?(json value: Any) {
        let options: JSONSerialization.WritingOptions = [.fragmentsAllowed, .withoutEscapingSlashes]
        guard let data = try? JSONSerialization.data(withJSONObject: value, options: options) else { return nil }
        self.init(bytes: data)
    }

    /// The JSON value in the buffer, which may be a scalar; nil if it is not JSON.
    var jsonFragment: Any? {
        try? JSONSerialization.jsonObject(with: Data(readableBytesView), options: .fragmentsAllowed)
    }

    /// The JSON object in the buffer; nil if there is none.
    var jsonObject: [String: Any]? {
        try? JSONSerialization.jsonObject(with: Data(readableBytesView)) as? [String: Any]
    }

    /// The buffer without the line feed that Go writes after JSON.
    var withoutTrailingNewline: ByteBuffer {
        guard readableBytesView.last == UInt8(ascii: "\n") else { return self }
        return getSlice(at: readerIndex, length: readableBytes - 1) ?? self
    }

    /// Writes a JSON string (RFC 8259, section 7).
    package mutating func writeJSONString(_ text: String) {
        writeStaticString("\"")
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) {
            writeString(text)
        } else {
            for byte in text.utf8 {
                switch byte {
                case 0x22: writeStaticString("\\\"")
                case 0x5C: writeStaticString("\\\\")
                case 0x00..<0x20:
                    writeStaticString("\\u00")
                    for digit in [byte >> 4, byte & 0xF] { writeInteger(digit + (digit < 10 ? 0x30 : 0x57)) }
                default: writeInteger(byte)
                }
            }
        }
        writeStaticString("\"")
    }
}
