// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// The header in a protobuf envelope of go-micro's first protocol (1: method, 2: number, 3: error), and the envelope itself:
/// a length of four bytes and the header, a length and the message.
struct ProtoRPCHeader: Equatable {
    var method: String?
    /// By which go-micro tells answers apart.
    var sequence: UInt64 = 0
    /// Empty in an answer that is none.
    var error: String?

    /// The header and the message with it.
    func wrapped(_ message: ByteBuffer) -> ByteBuffer {
        var header = ByteBuffer()
        if let method { header.writeField(0x0A, method) }
        header.writeInteger(UInt8(0x11))
        header.writeInteger(sequence, endianness: .little)
        if let error { header.writeField(0x1A, error) }
        var envelope = ByteBuffer()
        for part in [header, message] {
            envelope.writeInteger(UInt32(part.readableBytes))
            envelope.writeImmutableBuffer(part)
        }
        return envelope
    }

    /// The header and the message of an envelope; nil if it is none.
    static func unwrapped(_ envelope: ByteBuffer) -> (ProtoRPCHeader, ByteBuffer)? {
        var bytes = envelope
        guard var fields = bytes.readLengthPrefixedSlice(as: UInt32.self),
            let message = bytes.readLengthPrefixedSlice(as: UInt32.self), bytes.readableBytes == 0
        else { return nil }
        var header = ProtoRPCHeader()
        while let tag = fields.readInteger(as: UInt8.self) {
            switch tag {
            case 0x11:
                guard let sequence: UInt64 = fields.readInteger(endianness: .little) else { return nil }
                header.sequence = sequence
            case 0x0A, 0x1A:
                guard let size = fields.readVarint(), let text = fields.readString(length: size) else { return nil }
                if tag == 0x0A { header.method = text } else { header.error = text }
            default: return nil
            }
        }
        return (header, message)
    }
}

extension ByteBuffer {
    fileprivate mutating func writeField(_ tag: UInt8, _ text: String) {
        writeInteger(tag)
        writeVarint(text.utf8.count)
        writeString(text)
    }

    /// Protocol buffers' variable-length integers (https://protobuf.dev/programming-guides/encoding/#varints).
    private mutating func writeVarint(_ value: Int) {
        var rest = value
        while rest > 0x7F {
            writeInteger(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        writeInteger(UInt8(rest))
    }

    /// One of them, up to 2^28; nil if there is none.
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
