// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
public import NIOCore
import SwiftProtobuf

/// Protocol buffers (https://protobuf.dev/programming-guides/encoding) for every `SwiftProtobuf.Message`.
///
/// ```swift
/// let client = try Client(codecs: [ProtobufCodec(), ProtobufJSONCodec(), JSONCodec()])
/// ```
public struct ProtobufCodec: Codec {
    /// Creates the codec.
    public init() {}

    /// `application/protobuf`, go-micro's; and two other names that are in use.
    public var contentTypes: [String] {
        ["application/protobuf", "application/x-protobuf", "application/proto"]
    }

    /// See ``MicroCore/Codec/encoder(for:)``; nil for other types.
    public func encoder<Value>(for type: Value.Type) -> (@Sendable (Value, inout ByteBuffer) throws -> Void)? {
        (type as? any SwiftProtobuf.Message.Type).flatMap {
            Self.encoder(of: $0) as? @Sendable (Value, inout ByteBuffer) throws -> Void
        }
    }

    /// See ``MicroCore/Codec/decoder(for:)``; nil for other types. Throws ``MicroCore/MicroError`` with `invalidArgument` for
    /// bytes that are no such message.
    public func decoder<Value>(for type: Value.Type) -> (@Sendable (ByteBuffer) throws -> Value)? {
        (type as? any SwiftProtobuf.Message.Type).flatMap {
            Self.decoder(of: $0) as? @Sendable (ByteBuffer) throws -> Value
        }
    }

    private static func encoder<Value: SwiftProtobuf.Message>(of type: Value.Type) -> Any {
        let encode: @Sendable (Value, inout ByteBuffer) throws -> Void = { value, buffer in
            let bytes: [UInt8] = try value.serializedBytes()
            buffer.writeBytes(bytes)
        }
        return encode
    }

    private static func decoder<Value: SwiftProtobuf.Message>(of type: Value.Type) -> Any {
        let decode: @Sendable (ByteBuffer) throws -> Value = { buffer in
            do { return try Value(serializedBytes: Array(buffer.readableBytesView)) } catch {
                throw MicroError(.invalidArgument, "the bytes are no \(Value.protoMessageName)", cause: error)
            }
        }
        return decode
    }
}
