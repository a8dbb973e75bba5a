// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import NIOCore

/// Splits a JSON object or array into the bytes of its values without decoding them.
///
/// A message inside another JSON document is forwarded unchanged, so that its decoder sees the sender's bytes: numbers
/// keep their precision, and duplicate keys keep their order. Only the boundaries of values are determined here; their
/// decoder validates them.
package struct JSONSlices {
    private var bytes: ByteBuffer

    /// The members of a JSON object in their order, including duplicates; nil if the bytes are not an object.
    package static func members(of bytes: ByteBuffer) -> [(key: String, value: ByteBuffer)]? {
        var slices = JSONSlices(bytes: bytes)
        var members: [(key: String, value: ByteBuffer)] = []
        let isObject = slices.readContainer(from: "{", to: "}") { slices in
            guard let rawKey = slices.readString(), let key = Self.unquoted(rawKey), slices.read(":"),
                let value = slices.readValue()
            else { return false }
            members.append((key, value))
            return true
        }
        return isObject ? members : nil
    }

    /// The elements of a JSON array; nil if the bytes are not an array.
    static func elements(of bytes: ByteBuffer) -> [ByteBuffer]? {
        var slices = JSONSlices(bytes: bytes)
        var elements: [ByteBuffer] = []
        let isArray = slices.readContainer(from: "[", to: "]") { slices in
            guard let value = slices.readValue() else { return false }
            elements.append(value)
            return true
        }
        return isArray ? elements : nil
    }

    /// Whether the bytes are one JSON value as far as its boundaries show. Only such bytes can be embedded in another
    /// document: others could end the object around them, or add members to it.
    package static func isOneValue(_ bytes: ByteBuffer) -> Bool {
        var array = ByteBuffer()
        array.reserveCapacity(bytes.readableBytes + 2)
        array.writeStaticString("[")
        array.writeImmutableBuffer(bytes)
        array.writeStaticString("]")
        return elements(of: array)?.count == 1
    }

    /// The text of a JSON string; nil for any other value.
    package static func unquoted(_ string: ByteBuffer) -> String? {
        guard !string.readableBytesView.contains(UInt8(ascii: "\\")) else { return string.jsonFragment as? String }
        guard string.readableBytes >= 2, string.readableBytesView.first == UInt8(ascii: "\"") else { return nil }
        return String(validating: string.readableBytesView.dropFirst().dropLast(), as: UTF8.self)
    }

    private mutating func readContainer(
        from open: Unicode.Scalar, to close: Unicode.Scalar, _ readItem: (inout JSONSlices) -> Bool
    ) -> Bool {
        guard read(open) else { return false }
        if !read(close) {
            repeat { guard readItem(&self) else { return false } } while read(",")
            guard read(close) else { return false }
        }
        skipBlanks()
        return bytes.readableBytes == 0
    }

    private mutating func skipBlanks() {
        let count = bytes.readableBytesView.prefix(while: Self.isWhiteSpace).count
        bytes.moveReaderIndex(forwardBy: count)
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    /// Skips white space and reads the given character; false if another character follows.
    private mutating func read(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard bytes.readableBytesView.first == UInt8(ascii: character) else { return false }
        bytes.moveReaderIndex(forwardBy: 1)
        return true
    }

    /// Reads a string with its quotation marks.
    private mutating func readString() -> ByteBuffer? {
        skipBlanks()
        guard let length = Self.lengthOfString(bytes.readableBytesView) else { return nil }
        return bytes.readSlice(length: length)
    }

    /// Reads a value of any kind.
    private mutating func readValue() -> ByteBuffer? {
        skipBlanks()
        let view = bytes.readableBytesView
        var length = 0
        var depth = 0
        while length < view.count {
            let byte = view[view.startIndex + length]
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = Self.lengthOfString(view.dropFirst(length)) else { return nil }
                length += string - 1
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return readValue(length: length) }
                depth -= 1
            case UInt8(ascii: ",") where depth == 0: return readValue(length: length)
            default: break
            }
            length += 1
        }
        return nil
    }

    /// Reads a value without the white space after it, which the length includes.
    private mutating func readValue(length: Int) -> ByteBuffer? {
        guard length > 0, var value = bytes.readSlice(length: length) else { return nil }
        while let last = value.readableBytesView.last, Self.isWhiteSpace(last) {
            value.moveWriterIndex(to: value.writerIndex - 1)
        }
        return value
    }

    /// The length of the string at the start of the bytes, with its quotation marks.
    private static func lengthOfString(_ view: ByteBufferView) -> Int? {
        view.withUnsafeBytes { bytes in
            guard bytes.first == UInt8(ascii: "\""), let start = bytes.baseAddress else { return nil }
            var length = 1
            // `memchr` is many times faster than a loop over the bytes.
            while let quote = memchr(start + length, 0x22, bytes.count - length) {
                length = UnsafeRawPointer(quote) - start + 1
                // A quotation mark after an odd number of backslashes is escaped.
                let lastOther = bytes[..<(length - 1)].lastIndex { $0 != UInt8(ascii: "\\") } ?? 0
                if (length - 2 - lastOther).isMultiple(of: 2) { return length }
            }
            return nil
        }
    }
}
