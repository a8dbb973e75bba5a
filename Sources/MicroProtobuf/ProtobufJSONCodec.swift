// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
public import NIOCore
import SwiftProtobuf

/// The JSON of protocol buffers (https://protobuf.dev/programming-guides/json) for every `SwiftProtobuf.Message`: what
/// go-micro and web browsers call such an endpoint with. Fields that are not known are ignored, as in its binary form.
public struct ProtobufJSONCodec: Codec {
    /// Creates the codec.
    public init() {}

    /// `application/json`
    public var contentTypes: [String] { ["application/json"] }

    /// See ``MicroCore/Codec/encoder(for:)``; nil for other types.
    public func encoder<Value>(for type: Value.Type) -> (@Sendable (Value, inout ByteBuffer) throws -> Void)? {
        (type as? any SwiftProtobuf.Message.Type).flatMap {
            Self.encoder(of: $0) as? @Sendable (Value, inout ByteBuffer) throws -> Void
        }
    }

    /// See ``MicroCore/Codec/decoder(for:)``; nil for other types. Throws ``MicroCore/MicroError`` with `invalidArgument` for
    /// text that is no such message.
    public func decoder<Value>(for type: Value.Type) -> (@Sendable (ByteBuffer) throws -> Value)? {
        (type as? any SwiftProtobuf.Message.Type).flatMap {
            Self.decoder(of: $0) as? @Sendable (ByteBuffer) throws -> Value
        }
    }

    private static func encoder<Value: SwiftProtobuf.Message>(of type: Value.Type) -> Any {
        let encode: @Sendable (Value, inout ByteBuffer) throws -> Void = { value, buffer in
            let bytes: [UInt8] = try value.jsonUTF8Bytes()
            buffer.writeBytes(bytes)
        }
        return encode
    }

    private static func decoder<Value: SwiftProtobuf.Message>(of type: Value.Type) -> Any {
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        let decode: @Sendable (ByteBuffer) throws -> Value = { [options] buffer in
            do { return try Value(jsonUTF8Bytes: Array(buffer.readableBytesView), options: options) } catch {
                throw MicroError(.invalidArgument, "malformed JSON for \(Value.protoMessageName)", cause: error)
            }
        }
        return decode
    }
}
