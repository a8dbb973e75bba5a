// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import SwiftProtobuf

/// An encoding of protocol buffer messages: binary or JSON.
protocol ProtobufEncoding: SendableMetatype {
    static func serialize(_ message: some SwiftProtobuf.Message) throws -> ProtobufByteBuffer

    static func parse<Value: SwiftProtobuf.Message>(_ bytes: ProtobufByteBuffer) throws -> Value
}

extension ProtobufEncoding {
    /// The encoder of a type; nil if it is not a message type.
    static func encoder<Value>(for type: Value.Type) -> (@Sendable (Value, inout ByteBuffer) throws -> Void)? {
        // The cast always succeeds, because both types are the same, which the compiler cannot infer.
        (type as? any SwiftProtobuf.Message.Type)
            .flatMap { encoder(of: $0) as? @Sendable (Value, inout ByteBuffer) throws -> Void }
    }

    /// The decoder of a type; nil if it is not a message type.
    static func decoder<Value>(for type: Value.Type) -> (@Sendable (ByteBuffer) throws -> Value)? {
        (type as? any SwiftProtobuf.Message.Type).flatMap { decoder(of: $0) as? @Sendable (ByteBuffer) throws -> Value }
    }

    private static func encoder<Value: SwiftProtobuf.Message>(of type: Value.Type) -> Any {
        let encode: @Sendable (Value, inout ByteBuffer) throws -> Void = { message, body in
            let bytes = try serialize(message).buffer
            if body.readableBytes == 0 { body = bytes } else { body.writeImmutableBuffer(bytes) }
        }
        return encode
    }

    private static func decoder<Value: SwiftProtobuf.Message>(of type: Value.Type) -> Any {
        let decode: @Sendable (ByteBuffer) throws -> Value = { buffer in
            do { return try parse(ProtobufByteBuffer(buffer: buffer)) } catch {
                throw MicroError(
                    .invalidArgument, "the body is not a valid \(Value.protoMessageName) message", cause: error)
            }
        }
        return decode
    }
}
