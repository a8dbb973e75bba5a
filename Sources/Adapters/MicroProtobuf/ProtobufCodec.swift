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
        BinaryProtobufEncoding.encoder(for: type)
    }

    /// See ``MicroCore/Codec/decoder(for:)``; nil for other types. Throws ``MicroCore/MicroError`` with `invalidArgument` for
    /// bytes that are no such message.
    public func decoder<Value>(for type: Value.Type) -> (@Sendable (ByteBuffer) throws -> Value)? {
        BinaryProtobufEncoding.decoder(for: type)
    }
}

private enum BinaryProtobufEncoding: ProtobufEncoding {
    static func bytes(of message: some SwiftProtobuf.Message) throws -> ProtobufByteBuffer {
        try message.serializedBytes()
    }

    static func message<Value: SwiftProtobuf.Message>(of bytes: ProtobufByteBuffer) throws -> Value {
        try Value(serializedBytes: bytes)
    }
}
