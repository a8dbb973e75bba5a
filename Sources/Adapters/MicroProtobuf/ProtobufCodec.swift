// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
public import NIOCore
import SwiftProtobuf

/// A codec for the binary encoding of protocol buffers (https://protobuf.dev/programming-guides/encoding). It supports
/// every `SwiftProtobuf.Message`.
///
/// ```swift
/// var configuration = try Client.Configuration.environment()
/// configuration.codecs = [ProtobufCodec(), ProtobufJSONCodec(), JSONCodec()]
/// let client = try Client(configuration: configuration)
/// ```
public struct ProtobufCodec: Codec {
    /// Creates the codec.
    public init() {}

    /// The media types: `application/protobuf` as in go-micro, and two other common names.
    public var contentTypes: [String] {
        ["application/protobuf", "application/x-protobuf", "application/proto"]
    }

    /// See ``/MicroCore/Codec/encoder(for:)``; nil for other types.
    public func encoder<Value>(for type: Value.Type) -> (@Sendable (Value, inout ByteBuffer) throws -> Void)? {
        BinaryProtobufEncoding.encoder(for: type)
    }

    /// See ``/MicroCore/Codec/decoder(for:)``; nil for other types. The decoder throws ``/MicroCore/MicroError`` with
    /// `invalidArgument` for bytes that are not a valid message.
    public func decoder<Value>(for type: Value.Type) -> (@Sendable (ByteBuffer) throws -> Value)? {
        BinaryProtobufEncoding.decoder(for: type)
    }
}

private enum BinaryProtobufEncoding: ProtobufEncoding {
    static func serialize(_ message: some SwiftProtobuf.Message) throws -> ProtobufByteBuffer {
        try message.serializedBytes()
    }

    static func parse<Value: SwiftProtobuf.Message>(_ bytes: ProtobufByteBuffer) throws -> Value {
        try Value(serializedBytes: bytes)
    }
}
