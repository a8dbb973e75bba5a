// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// Encodes and decodes values of a media type.
///
/// These methods are called once per value type, when an endpoint is added or first called.
public protocol Codec: Sendable {
    /// The media types that the codec can decode, such as `application/json`. It encodes the first one.
    var contentTypes: [String] { get }

    /// The encoder of a type; nil if the codec cannot encode it.
    func encoder<Value>(for type: Value.Type) -> (@Sendable (Value, inout ByteBuffer) throws -> Void)?

    /// The decoder of a type; nil if the codec cannot decode it.
    func decoder<Value>(for type: Value.Type) -> (@Sendable (ByteBuffer) throws -> Value)?
}
