// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
public import MicroCore
public import NIOCore

/// JSON (RFC 8259) for every `Codable` type. A message ends with a newline, as in go-micro; an empty message is decoded as
/// `{}`, which makes calls by hand shorter.
public struct JSONCodec: Codec {
    /// Creates the codec.
    public init() {}

    /// `application/json`
    public var contentTypes: [String] { ["application/json"] }

    /// See ``MicroCore/Codec/encoder(for:)``; nil for a type that is not `Encodable`.
    public func encoder<Value>(for type: Value.Type) -> (@Sendable (Value, inout ByteBuffer) throws -> Void)? {
        guard type is any Encodable.Type else { return nil }
        // One encoder for all messages of the type: threads may share it.
        let encoder = JSONEncoder()
        return { value, buffer in
            guard let value = value as? any Encodable else {
                throw MicroError(.unsupported, "\(Value.self) is not Encodable")
            }
            buffer.writeBytes(try encoder.encode(value))
            buffer.writeInteger(UInt8(ascii: "\n"))
        }
    }

    /// See ``MicroCore/Codec/decoder(for:)``; nil for a type that is not `Decodable`.
    public func decoder<Value>(for type: Value.Type) -> (@Sendable (ByteBuffer) throws -> Value)? {
        guard type is any Decodable.Type else { return nil }
        let decoder = JSONDecoder()
        return { buffer in
            // Repeated here, because a metatype in an existential cannot be captured.
            guard let type = Value.self as? any Decodable.Type,
                let value = try Self.decode(type, buffer, by: decoder) as? Value
            else { throw MicroError(.unsupported, "\(Value.self) is not Decodable") }
            return value
        }
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type, _ buffer: ByteBuffer, by decoder: JSONDecoder
    ) throws -> Value {
        let json = buffer.readableBytes > 0 ? Data(buffer.readableBytesView) : Data("{}".utf8)
        do {
            return try decoder.decode(type, from: json)
        } catch let error as DecodingError {
            throw MicroError(.invalidArgument, description(of: error, decoding: type, from: json), cause: error)
        }
    }

    private static func description<Value: Decodable>(
        of error: DecodingError, decoding type: Value.Type, from json: Data
    ) -> String {
        let problem: String
        switch error {
        case .keyNotFound(let key, let context): problem = "\(path(context.codingPath + [key])) is missing"
        case .valueNotFound(let type, let context): problem = "\(path(context.codingPath)) is null, not a \(type)"
        case .typeMismatch(let type, let context): problem = "\(path(context.codingPath)) is not a \(type)"
        case .dataCorrupted(let context):
            let shape = ShapeResolver().resolve(type).shape
            if let value = try? JSONSerialization.jsonObject(with: json, options: .fragmentsAllowed),
                let (path, integer) = shape.invalidInteger(in: value)
            {
                problem = "\(path.isEmpty ? "the message" : path) is not a valid \(integer)"
            } else if context.codingPath.isEmpty {
                return "malformed JSON for \(type): \(context.debugDescription)"
            } else {
                problem = "\(path(context.codingPath)): \(context.debugDescription)"
            }
        @unknown default: problem = "\(error)"
        }
        return "the JSON message is not a valid \(type): \(problem)"
    }

    /// A path such as `items[2].name`.
    private static func path(_ keys: [any CodingKey]) -> String {
        guard !keys.isEmpty else { return "the message" }
        return keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += (path.isEmpty ? "" : ".") + key.stringValue
            }
        }
    }
}
