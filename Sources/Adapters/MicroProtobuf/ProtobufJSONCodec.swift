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
        JSONForm.encoder(for: type)
    }

    /// See ``MicroCore/Codec/decoder(for:)``; nil for other types. Throws ``MicroCore/MicroError`` with `invalidArgument` for
    /// text that is no such message.
    public func decoder<Value>(for type: Value.Type) -> (@Sendable (ByteBuffer) throws -> Value)? {
        JSONForm.decoder(for: type)
    }
}

private enum JSONForm: MessageForm {
    private static let options = {
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        return options
    }()

    static func bytes(of message: some SwiftProtobuf.Message) throws -> MessageBytes { try message.jsonUTF8Bytes() }

    static func message<Value: SwiftProtobuf.Message>(of bytes: MessageBytes) throws -> Value {
        try Value(jsonUTF8Bytes: bytes.count > 0 ? bytes : MessageBytes("{}".utf8), options: options)
    }
}
