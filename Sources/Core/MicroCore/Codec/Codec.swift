// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// Turns values into bytes of one media type and back.
///
/// A codec answers per type, once, when an endpoint is added or first called: nil for what it cannot do.
public protocol Codec: Sendable {
    /// The media types it reads and writes, such as `application/json`; the first is the one it writes.
    var contentTypes: [String] { get }

    /// Writes values of a type.
    func encoder<Value>(for type: Value.Type) -> (@Sendable (Value, inout ByteBuffer) throws -> Void)?

    /// Reads values of a type.
    func decoder<Value>(for type: Value.Type) -> (@Sendable (ByteBuffer) throws -> Value)?
}
