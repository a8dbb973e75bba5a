// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
public import NIOCore

/// Text in UTF-8: `String`.
///
/// Put this codec before ``JSONCodec``, which can encode strings, too: the first codec that can encode a type is used.
public struct TextCodec: Codec {
    /// Creates the codec.
    public init() {}

    /// `text/plain`
    public var contentTypes: [String] { ["text/plain"] }

    /// See ``/MicroCore/Codec/encoder(for:)``; nil for other types.
    public func encoder<Value>(for type: Value.Type) -> (@Sendable (Value, inout ByteBuffer) throws -> Void)? {
        let encode: @Sendable (String, inout ByteBuffer) throws -> Void = { $1.writeString($0) }
        return encode as? @Sendable (Value, inout ByteBuffer) throws -> Void
    }

    /// See ``/MicroCore/Codec/decoder(for:)``; nil for other types. The decoder throws ``/MicroCore/MicroError`` with `invalidArgument` for
    /// bytes that are not UTF-8.
    public func decoder<Value>(for type: Value.Type) -> (@Sendable (ByteBuffer) throws -> Value)? {
        let decode: @Sendable (ByteBuffer) throws -> String = { buffer in
            guard let text = String(validating: buffer.readableBytesView, as: UTF8.self) else {
                throw MicroError(.invalidArgument, "the message is not valid UTF-8")
            }
            return text
        }
        return decode as? @Sendable (ByteBuffer) throws -> Value
    }
}
