// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
public import NIOCore
import SwiftProtobuf

/// The JSON of protocol buffers (https://protobuf.dev/programming-guides/json) for every `SwiftProtobuf.Message`: what
/// go-micro and web browsers call such an endpoint with. Fields that are not known are ignored, as in the binary form, and an
/// empty text is read as `{}`.
public struct ProtobufJSONCodec: Codec {
    /// Creates the codec.
    public init() {}

    /// `application/json`
    public var contentTypes: [String] { ["application/json"] }

    /// See ``MicroCore/Codec/encoder(for:)``; nil for other types.
    public func encoder<Value>(for type: Value.Type) -> (@Sendable (Value, inout ByteBuffer) throws -> Void)? {
        JSONProtobufEncoding.encoder(for: type)
    }

    /// See ``MicroCore/Codec/decoder(for:)``; nil for other types. Throws ``MicroCore/MicroError`` with `invalidArgument` for
    /// text that is no such message.
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

    static func bytes(of message: some SwiftProtobuf.Message) throws -> ProtobufByteBuffer {
        try message.jsonUTF8Bytes()
    }

    static func message<Value: SwiftProtobuf.Message>(of bytes: ProtobufByteBuffer) throws -> Value {
        try Value(jsonUTF8Bytes: bytes.count > 0 ? bytes : ProtobufByteBuffer("{}".utf8), options: options)
    }
}
