// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
public import NIOCore
import SwiftProtobuf

/// A codec for the JSON encoding of protocol buffers, which go-micro and web browsers use for protobuf endpoints. It
/// supports every `SwiftProtobuf.Message`.
///
/// Both formats are decoded, as well as a mixture of them: field names in either spelling, integers and enumerations as
/// numbers or as text. Unknown fields are ignored, as in the binary encoding, and an empty body is decoded as `{}`.
public struct ProtobufJSONCodec: Codec {
    /// The format of encoded messages.
    public enum Format: Sendable {
        /// go-micro's: original field names, numbers for 64-bit integers and enumerations, and a line feed at the end.
        /// All versions of go-micro can decode it. go-micro v1.0 cannot decode ``canonical``: it ignores names in
        /// lowerCamelCase, and rejects integers and enumerations as text.
        case goMicro
        /// The canonical mapping (https://protobuf.dev/programming-guides/json): field names in lowerCamelCase, 64-bit
        /// integers as strings, enumerations by name. JavaScript needs it for integers beyond 2^53.
        case canonical
    }

    private let format: Format

    /// Creates the codec.
    ///
    /// - Parameter format: The format of encoded messages.
    public init(format: Format = .goMicro) { self.format = format }

    /// `application/json`
    public var contentTypes: [String] { ["application/json"] }

    /// See ``/MicroCore/Codec/encoder(for:)``; nil for other types.
    public func encoder<Value>(for type: Value.Type) -> (@Sendable (Value, inout ByteBuffer) throws -> Void)? {
        switch format {
        case .goMicro: GoMicroJSONEncoding.encoder(for: type)
        case .canonical: CanonicalJSONEncoding.encoder(for: type)
        }
    }

    /// See ``/MicroCore/Codec/decoder(for:)``; nil for other types. The decoder throws ``/MicroCore/MicroError`` with
    /// `invalidArgument` for text that is not a valid message.
    public func decoder<Value>(for type: Value.Type) -> (@Sendable (ByteBuffer) throws -> Value)? {
        GoMicroJSONEncoding.decoder(for: type)
    }
}

private protocol JSONProtobufEncoding: ProtobufEncoding {
    static var options: JSONEncodingOptions { get }
}

extension JSONProtobufEncoding {
    static func serialize(_ message: some SwiftProtobuf.Message) throws -> ProtobufByteBuffer {
        try message.jsonUTF8Bytes(options: options)
    }

    static func parse<Value: SwiftProtobuf.Message>(_ bytes: ProtobufByteBuffer) throws -> Value {
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        return try Value(jsonUTF8Bytes: bytes.count > 0 ? bytes : ProtobufByteBuffer("{}".utf8), options: options)
    }
}

private enum GoMicroJSONEncoding: JSONProtobufEncoding {
    static let options = {
        var options = JSONEncodingOptions()
        options.preserveProtoFieldNames = true
        options.alwaysPrintInt64sAsNumbers = true
        options.alwaysPrintEnumsAsInts = true
        return options
    }()

    static func serialize(_ message: some SwiftProtobuf.Message) throws -> ProtobufByteBuffer {
        var bytes: ProtobufByteBuffer = try message.jsonUTF8Bytes(options: options)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}

private enum CanonicalJSONEncoding: JSONProtobufEncoding {
    static let options = JSONEncodingOptions()
}
