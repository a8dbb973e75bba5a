// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
public import NIOCore

/// Raw bytes: `ByteBuffer` and `[UInt8]`.
///
/// Put this codec before ``JSONCodec``, which can encode byte arrays, too: the first codec that can encode a type is used.
public struct RawCodec: Codec {
    /// Creates the codec.
    public init() {}

    /// `application/octet-stream`
    public var contentTypes: [String] { ["application/octet-stream"] }

    /// See ``/MicroCore/Codec/encoder(for:)``; nil for other types.
    public func encoder<Value>(for type: Value.Type) -> (@Sendable (Value, inout ByteBuffer) throws -> Void)? {
        let buffers: @Sendable (ByteBuffer, inout ByteBuffer) throws -> Void = { value, buffer in
            // Avoids a copy into an empty buffer.
            if buffer.readableBytes == 0 { buffer = value } else { buffer.writeImmutableBuffer(value) }
        }
        let arrays: @Sendable ([UInt8], inout ByteBuffer) throws -> Void = { $1.writeBytes($0) }
        return buffers as? @Sendable (Value, inout ByteBuffer) throws -> Void
            ?? arrays as? @Sendable (Value, inout ByteBuffer) throws -> Void
    }

    /// See ``/MicroCore/Codec/decoder(for:)``; nil for other types.
    public func decoder<Value>(for type: Value.Type) -> (@Sendable (ByteBuffer) throws -> Value)? {
        let buffers: @Sendable (ByteBuffer) throws -> ByteBuffer = { $0 }
        let arrays: @Sendable (ByteBuffer) throws -> [UInt8] = { Array($0.readableBytesView) }
        return buffers as? @Sendable (ByteBuffer) throws -> Value ?? arrays as? @Sendable (ByteBuffer) throws -> Value
    }
}
