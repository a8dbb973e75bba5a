// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Reformats JSON without reading its numbers, so that they stay exact, and without changing the order of members.
enum JSONText {
    /// Whether bytes are one JSON value.
    static func isValid(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
    }

    /// Whether bytes are a JSON object.
    static func isObject(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) is [String: Any]
    }

    /// JSON indented with tabs, as Go Micro prints it; nil if the bytes are not JSON.
    static func indented(_ bytes: [UInt8]) -> String? {
        guard isValid(bytes) else { return nil }
        var (text, depth) = ([UInt8](), 0)
        scan(bytes) { token, isInString, next in
            guard !isInString else { return text.append(token) }
            switch token {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                text.append(token)
                depth += 1
                if next != UInt8(ascii: "}"), next != UInt8(ascii: "]") { text.append(contentsOf: newline(depth)) }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if let last = text.last, last != UInt8(ascii: "{"), last != UInt8(ascii: "[") {
                    text.append(contentsOf: newline(depth))
                }
                text.append(token)
            case UInt8(ascii: ","): text.append(contentsOf: [token] + newline(depth))
            case UInt8(ascii: ":"): text.append(contentsOf: [token, UInt8(ascii: " ")])
            default: text.append(token)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// JSON in one line; nil if the bytes are not JSON.
    static func compact(_ bytes: [UInt8]) -> String? {
        guard isValid(bytes) else { return nil }
        var text: [UInt8] = []
        scan(bytes) { token, _, _ in text.append(token) }
        return String(decoding: text, as: UTF8.self)
    }

    /// A text as a JSON string.
    static func quoted(_ text: String) -> String {
        // A string always can be encoded.
        (try? JSONEncoder().encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }

    private static func newline(_ depth: Int) -> [UInt8] {
        [UInt8(ascii: "\n")] + [UInt8](repeating: UInt8(ascii: "\t"), count: max(0, depth))
    }

    /// Calls a body for each byte that is not space between values, with the next such byte.
    private static func scan(_ bytes: [UInt8], _ body: (UInt8, _ isInString: Bool, _ next: UInt8?) -> Void) {
        var strings = JSONStringScanner()
        for (index, byte) in bytes.enumerated() {
            if strings.advance(byte) {
                body(byte, true, nil)
            } else if !isSpace(byte) {
                body(byte, false, bytes[(index + 1)...].first { !isSpace($0) })
            }
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
