// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// The codecs that a client or a server has, found by media type.
struct Codecs: Sendable {
    /// In the order of preference: a client writes in the first that can encode its request.
    let all: [any Codec]

    init(_ all: [any Codec]) { self.all = all }

    /// Writes a value by the first codec that can.
    ///
    /// - Throws: ``MicroError`` with `unsupported` (no codec can) or `invalidArgument` (this value cannot be written).
    func encode<Value>(_ value: Value) throws -> (contentType: String, body: ByteBuffer) {
        guard let (contentType, encode) = encoders(for: Value.self).first else {
            throw MicroError(
                .unsupported, "no codec of this client can encode \(Value.self): make it Codable",
                origin: MicroError.Origin.client)
        }
        var body = ByteBuffer()
        try Self.encode(value, into: &body, by: encode, contentType)
        return (contentType, body)
    }

    /// Writes a value; what a codec cannot write is `invalidArgument`, whatever it throws.
    static func encode<Value>(
        _ value: Value, into body: inout ByteBuffer, by encode: (Value, inout ByteBuffer) throws -> Void,
        _ contentType: String
    ) throws {
        do { try encode(value, &body) } catch {
            throw MicroError(
                .invalidArgument, "cannot encode \(Value.self) as \(contentType): \(error)",
                origin: MicroError.Origin.client, cause: error)
        }
    }

    /// How values of a type are written, in the order of preference.
    func encoders<Value>(
        for type: Value.Type
    ) -> [(contentType: String, encode: @Sendable (Value, inout ByteBuffer) throws -> Void)] {
        all.compactMap { codec in
            guard let encode = codec.encoder(for: type), let contentType = codec.contentTypes.first else { return nil }
            return (contentType, encode)
        }
    }

    /// How each media type gives values of a type; empty if no codec can.
    func decoders<Value>(for type: Value.Type) -> [String: @Sendable (ByteBuffer) throws -> Value] {
        var decoders: [String: @Sendable (ByteBuffer) throws -> Value] = [:]
        for codec in all {
            guard let decode = codec.decoder(for: type) else { continue }
            for contentType in codec.contentTypes where decoders[contentType] == nil { decoders[contentType] = decode }
        }
        return decoders
    }
}
