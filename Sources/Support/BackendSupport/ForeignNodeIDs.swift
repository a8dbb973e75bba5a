// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Encodes IDs of other programs, which may contain any characters, as valid node IDs: a prefix, and each byte other
/// than `A-Z a-z 0-9 . : -` as an underscore and two hexadecimal digits.
package struct ForeignNodeIDs: Sendable {
    private let prefix: String

    /// Creates an encoding.
    ///
    /// - Parameter prefix: The beginning of a name, such as `consul-id:`.
    package init(prefix: String) { self.prefix = prefix }

    /// The node ID for an ID; nil if it would be too long.
    package func encoded(_ id: String) -> String? {
        let encoded = id.utf8.reduce(into: prefix) { result, byte in
            if isPlain(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += (byte < 0x10 ? "_0" : "_") + digits
            }
        }
        return NameRules.isName(encoded) ? encoded : nil
    }

    /// The original ID, which is not empty; nil if the text is not an encoded ID.
    package func decoded(_ encoded: String) -> String? {
        guard encoded.hasPrefix(prefix) else { return nil }
        var bytes: [UInt8] = []
        var rest = encoded.utf8.dropFirst(prefix.utf8.count)
        while let byte = rest.popFirst() {
            if byte != UInt8(ascii: "_") {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        // Each ID has only one encoding. Others, such as `_2f` and `_-0`, are node IDs that are stored as they are.
        guard let id = String(validating: bytes, as: UTF8.self), !id.isEmpty, self.encoded(id) == encoded else {
            return nil
        }
        return id
    }

    private func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x3A: true
        default: false
        }
    }
}
