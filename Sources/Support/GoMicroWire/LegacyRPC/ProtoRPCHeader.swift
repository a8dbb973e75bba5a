// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// The header in a protobuf envelope of go-micro's protocol before v1.0 (1: method, 2: number, 3: error).
///
/// An envelope consists of the header and the message, each preceded by its length as a big-endian integer of four
/// bytes.
struct ProtoRPCHeader: Equatable {
    private enum Tag {
        static let method: UInt8 = 0x0A
        static let number: UInt8 = 0x11
        static let error: UInt8 = 0x1A
    }

    var method: String?
    /// The number of the call on its connection.
    var number: UInt64 = 0
    /// Empty in a response without an error.
    var error: String?

    /// Writes an envelope with this header and a message.
    func envelope(of message: ByteBuffer) -> ByteBuffer {
        var header = ByteBuffer()
        if let method { header.writeField(Tag.method, method) }
        header.writeInteger(Tag.number)
        header.writeInteger(number, endianness: .little)
        if let error { header.writeField(Tag.error, error) }
        var envelope = ByteBuffer()
        for part in [header, message] {
            envelope.writeInteger(UInt32(clamping: part.readableBytes))
            envelope.writeImmutableBuffer(part)
        }
        return envelope
    }

    /// Reads an envelope; nil if the bytes are something else. An unknown header field is an error.
    static func read(_ envelope: ByteBuffer) -> (header: ProtoRPCHeader, message: ByteBuffer)? {
        var bytes = envelope
        guard var fields = bytes.readLengthPrefixedSlice(as: UInt32.self),
            let message = bytes.readLengthPrefixedSlice(as: UInt32.self), bytes.readableBytes == 0
        else { return nil }
        var header = ProtoRPCHeader()
        while let tag = fields.readInteger(as: UInt8.self) {
            switch tag {
            case Tag.number:
                guard let number: UInt64 = fields.readInteger(endianness: .little) else { return nil }
                header.number = number
            case Tag.method, Tag.error:
                guard let length = fields.readVarint(), let text = fields.readString(length: length) else { return nil }
                if tag == Tag.method { header.method = text } else { header.error = text }
            default: return nil
            }
        }
        return (header, message)
    }
}

extension ByteBuffer {
    /// Writes a string field of a protobuf message.
    fileprivate mutating func writeField(_ tag: UInt8, _ text: String) {
        writeInteger(tag)
        writeVarint(text.utf8.count)
        writeString(text)
    }

    /// Writes a variable-length integer (https://protobuf.dev/programming-guides/encoding/#varints).
    private mutating func writeVarint(_ value: Int) {
        var rest = value
        while rest > 0x7F {
            writeInteger(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        writeInteger(UInt8(rest))
    }

    /// Reads a variable-length integer below 2^28; nil if there is none.
    fileprivate mutating func readVarint() -> Int? {
        var value = 0
        for shift in stride(from: 0, to: 28, by: 7) {
            guard let byte = readInteger(as: UInt8.self) else { return nil }
            value |= Int(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }
}
