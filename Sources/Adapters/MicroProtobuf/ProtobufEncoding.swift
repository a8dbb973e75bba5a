// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import SwiftProtobuf

/// One of the forms that every message of protocol buffers has.
protocol ProtobufEncoding: SendableMetatype {
    static func bytes(of message: some SwiftProtobuf.Message) throws -> ProtobufByteBuffer

    static func message<Value: SwiftProtobuf.Message>(of bytes: ProtobufByteBuffer) throws -> Value
}

extension ProtobufEncoding {
    /// Writes values of a type; nil if they are no messages.
    static func encoder<Value>(for type: Value.Type) -> (@Sendable (Value, inout ByteBuffer) throws -> Void)? {
        // The cast tells the compiler what both types have in common: they are the same one.
        (type as? any SwiftProtobuf.Message.Type)
            .flatMap { encoder(of: $0) as? @Sendable (Value, inout ByteBuffer) throws -> Void }
    }

    /// Reads values of a type; nil if they are no messages.
    static func decoder<Value>(for type: Value.Type) -> (@Sendable (ByteBuffer) throws -> Value)? {
        (type as? any SwiftProtobuf.Message.Type).flatMap { decoder(of: $0) as? @Sendable (ByteBuffer) throws -> Value }
    }

    private static func encoder<Value: SwiftProtobuf.Message>(of type: Value.Type) -> Any {
        let encode: @Sendable (Value, inout ByteBuffer) throws -> Void = { message, body in
            let bytes = try bytes(of: message).buffer
            if body.readableBytes == 0 { body = bytes } else { body.writeImmutableBuffer(bytes) }
        }
        return encode
    }

    private static func decoder<Value: SwiftProtobuf.Message>(of type: Value.Type) -> Any {
        let decode: @Sendable (ByteBuffer) throws -> Value = { buffer in
            do { return try message(of: ProtobufByteBuffer(buffer: buffer)) } catch {
                throw MicroError(.invalidArgument, "the message is no \(Value.protoMessageName)", cause: error)
            }
        }
        return decode
    }
}

/// The bytes of a buffer, as the library takes and gives them.
struct ProtobufByteBuffer: SwiftProtobufContiguousBytes {
    private(set) var buffer: ByteBuffer

    init(buffer: ByteBuffer) { self.buffer = buffer }

    init(repeating byte: UInt8, count: Int) { buffer = ByteBuffer(repeating: byte, count: count) }

    init(_ sequence: some Sequence<UInt8>) { buffer = ByteBuffer(bytes: sequence) }

    var count: Int { buffer.readableBytes }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try buffer.withUnsafeReadableBytes(body)
    }

    mutating func withUnsafeMutableBytes<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try buffer.withUnsafeMutableReadableBytes(body)
    }
}
