// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Foundation
public import MicroCore
public import NIOCore

/// JSON (RFC 8259) for every `Codable` type. A message ends with a newline, as in go-micro; an empty message is decoded
/// as `{}`, which simplifies manual calls.
///
/// By default, keys are sorted, slashes are not escaped, and dates are written in the format of RFC 3339 in UTC with
/// milliseconds, such as `2026-11-28T22:00:00.000Z`. The decoder accepts dates in the format of RFC 3339 with any
/// offset and precision, and numbers: seconds since 2001-01-01, as `JSONEncoder` writes them by default.
public struct JSONCodec: Codec {
    private let encoder: JSONEncoder?
    private let decoder: JSONDecoder?

    /// Creates the codec.
    ///
    /// - Parameters:
    ///   - encoder: Encodes all messages; nil for the default. It must not be changed afterwards, because threads share it.
    ///   - decoder: Decodes all messages; nil for the default. It must not be changed afterwards.
    public init(encoder: JSONEncoder? = nil, decoder: JSONDecoder? = nil) {
        self.encoder = encoder
        self.decoder = decoder
    }

    private static func makeEncoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(RFC3339.text(of: date))
        }
        return encoder
    }

    private static func makeDecoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            if let seconds = try? container.decode(Double.self) {
                return Date(timeIntervalSinceReferenceDate: seconds)
            }
            let text = try container.decode(String.self)
            guard let date = RFC3339.date(from: text) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "not a date of RFC 3339, such as 2026-11-28T22:00:00Z")
            }
            return date
        }
        return decoder
    }

    /// `application/json`
    public var contentTypes: [String] { ["application/json"] }

    /// See ``/MicroCore/Codec/encoder(for:)``; nil for a type that is not `Encodable`.
    public func encoder<Value>(for type: Value.Type) -> (@Sendable (Value, inout ByteBuffer) throws -> Void)? {
        guard type is any Encodable.Type else { return nil }
        // One encoder for all messages of the type. Threads may share it.
        let encoder = encoder ?? Self.makeEncoder()
        return { value, buffer in
            guard let value = value as? any Encodable else {
                throw MicroError(.unsupported, "\(Value.self) is not Encodable")
            }
            buffer.writeBytes(try encoder.encode(value))
            buffer.writeInteger(UInt8(ascii: "\n"))
        }
    }

    /// See ``/MicroCore/Codec/decoder(for:)``; nil for a type that is not `Decodable`.
    public func decoder<Value>(for type: Value.Type) -> (@Sendable (ByteBuffer) throws -> Value)? {
        guard type is any Decodable.Type else { return nil }
        let decoder = decoder ?? Self.makeDecoder()
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
