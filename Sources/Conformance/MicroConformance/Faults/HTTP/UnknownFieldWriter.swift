// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Adds an unknown field to the outermost JSON objects of a stream: a single object, the elements of an array, or
/// consecutive objects.
struct UnknownFieldWriter {
    private static let field = Array(#""microConformanceUnknown":{"nested":[1,null,"x"]}"#.utf8)

    /// The nesting depth of objects at the current position.
    private var objects = 0
    private var isInString = false
    private var isEscaped = false
    /// Whether a field was just added, so that a comma must follow unless the object ends.
    private var awaitsComma = false

    /// Returns the next bytes of the stream with the fields added.
    mutating func rewrite(_ bytes: ByteBuffer) -> ByteBuffer {
        var output = ByteBuffer()
        output.reserveCapacity(bytes.readableBytes + 2 * Self.field.count)
        for byte in bytes.readableBytesView {
            if awaitsComma, !Self.isBlank(byte) {
                awaitsComma = false
                if byte != UInt8(ascii: "}") { output.writeInteger(UInt8(ascii: ",")) }
            }
            output.writeInteger(byte)
            if isInString { readString(byte) } else if read(byte) { output.writeBytes(Self.field) }
        }
        return output
    }

    private mutating func readString(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
        }
    }

    /// Processes a byte outside of strings.
    ///
    /// - Returns: Whether an outermost object starts at this byte.
    private mutating func read(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"):
            objects += 1
            awaitsComma = objects == 1
            return awaitsComma
        case UInt8(ascii: "}"): objects = max(0, objects - 1)
        default: break
        }
        return false
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
