// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Reads the elements of a frame's payload (AMQP 0-9-1, section 4.2). Every read checks the remaining length.
struct AMQPReader {
    private var rest: Slice<UnsafeRawBufferPointer>

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    /// The error for bytes that violate the protocol.
    static func violation(_ problem: String) -> MicroError {
        MicroError(.internal, "the server violated AMQP 0-9-1: \(problem)", origin: MicroError.Origin.broker)
    }

    mutating func bytes(_ count: Int) throws(MicroError) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= rest.count else { throw Self.violation("a frame ends too early") }
        defer { rest = rest.dropFirst(count) }
        return UnsafeRawBufferPointer(rebasing: rest.prefix(count))
    }

    /// An integer in network byte order.
    mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws(MicroError) -> Value {
        Value(bigEndian: try bytes(MemoryLayout<Value>.size).loadUnaligned(as: type))
    }

    mutating func octet() throws(MicroError) -> UInt8 { try integer(UInt8.self) }

    /// A text of at most 255 bytes. Invalid UTF-8 is repaired.
    mutating func shortString() throws(MicroError) -> String {
        String(decoding: try bytes(Int(try octet())), as: UTF8.self)
    }

    mutating func longString() throws(MicroError) -> UnsafeRawBufferPointer {
        try bytes(Int(try integer(UInt32.self)))
    }
}
