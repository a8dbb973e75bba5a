// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Reads envelopes in the form in which Go and this toolkit write them, many times faster than a general JSON decoder
/// (RFC 8259). It does not read any other form; the general decoder does.
struct GoMicroEnvelopeReader {
    typealias Fields = GoMicroHeaders.Fields

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// The fields and the body; nil if the general decoder has to read the bytes.
    static func read(_ bytes: UnsafeRawBufferPointer) -> (fields: Fields, body: Data)? {
        var reader = GoMicroEnvelopeReader(bytes: bytes)
        return reader.envelope()
    }

    private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private mutating func envelope() -> (fields: Fields, body: Data)? {
        guard take(#"{"Header":{"#) else { return nil }
        var fields = Fields()
        fields.reserveCapacity(16)
        if !take("}") {
            repeat {
                guard let name = string(), take(":"), let value = string() else { return nil }
                fields.append((name, value))
            } while take(",")
            guard take("}") else { return nil }
        }
        guard take(#","Body":"#), let body = body(), take("}"), position == bytes.count else { return nil }
        return (fields, body)
    }

    private mutating func body() -> Data? {
        if take("null") { return Data() }
        // `memchr` is many times faster than a loop over the bytes.
        guard take("\""), position < bytes.count, let start = bytes.baseAddress.map({ $0 + position }),
            let quote = memchr(start, 0x22, bytes.count - position)
        else { return nil }
        let count = UnsafeRawPointer(quote) - start
        position += count + 1
        return count == 0 ? Data() : Data(base64Encoded: Data(bytes: start, count: count))
    }

    private mutating func string() -> String? {
        guard take("\"") else { return nil }
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case 0x22:
                defer { position += 1 }
                return String(validating: UnsafeRawBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
            case 0x5C: return escapedString(from: start)
            case 0..<0x20: return nil
            default: position += 1
            }
        }
        return nil
    }

    /// Reads a string, starting at its first escape. Only the two-character escapes are read: error texts have many of
    /// them.
    private mutating func escapedString(from start: Int) -> String? {
        var text = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case 0x22: return String(validating: text, as: UTF8.self)
            case 0..<0x20: return nil
            case 0x5C:
                guard let escaped = escape() else { return nil }
                text.append(escaped)
            default: text.append(byte)
            }
        }
        return nil
    }

    /// The byte of the escape after a backslash.
    private mutating func escape() -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        switch bytes[position] {
        case 0x22, 0x5C, 0x2F: return bytes[position]
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        default: return nil
        }
    }

    /// Skips a text if the bytes continue with it.
    private mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard bytes.count - position >= count else { return false }
        let piece = bytes.baseAddress.map { $0 + position }
        guard let piece, memcmp(piece, text.utf8Start, count) == 0 else { return false }
        position += count
        return true
    }
}
