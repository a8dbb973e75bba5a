// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
public import NIOCore
import SwiftProtobuf

/// A codec for the JSON encoding of protocol buffers (https://protobuf.dev/programming-guides/json), which go-micro and
/// web browsers use for protobuf endpoints. It supports every `SwiftProtobuf.Message`. Unknown fields are ignored, as
/// in the binary encoding, and an empty body is read as `{}`.
public struct ProtobufJSONCodec: Codec {
    /// Creates the codec.
    public init() {}

    /// `application/json`
    public var contentTypes: [String] { ["application/json"] }

    /// See ``MicroCore/Codec/encoder(for:)``; nil for other types.
    public func encoder<Value>(for type: Value.Type) -> (@Sendable (Value, inout ByteBuffer) throws -> Void)? {
        JSONProtobufEncoding.encoder(for: type)
    }

    /// See ``MicroCore/Codec/decoder(for:)``; nil for other types. The decoder throws ``MicroCore/MicroError`` with
    /// `invalidArgument` for text that is not a valid message.
    public func decoder<Value>(for type: Value.Type) -> (@Sendable (ByteBuffer) throws -> Value)? {
        JSONProtobufEncoding.decoder(for: type)
    }
}

private enum JSONProtobufEncoding: ProtobufEncoding {
    private static let options = {
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        return options
    }()

    static func serialize(_ message: some SwiftProtobuf.Message) throws -> ProtobufByteBuffer {
        try message.jsonUTF8Bytes()
    }

    static func parse<Value: SwiftProtobuf.Message>(_ bytes: ProtobufByteBuffer) throws -> Value {
        try Value(jsonUTF8Bytes: bytes.count > 0 ? bytes : ProtobufByteBuffer("{}".utf8), options: options)
    }
}
