// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// The codecs of a client or a service, found by media type.
struct Codecs: Sendable {
    /// In the order of preference: the first one that can encode a type is used.
    let all: [any Codec]

    init(_ all: [any Codec]) { self.all = all }

    /// These codecs, and others for the types that none of them supports.
    func extended(by others: [any Codec]) -> Codecs { others.isEmpty ? self : Codecs(all + others) }

    /// Encodes a value by the first codec that can encode its type.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `unsupported` (no codec can encode the type) or `invalidArgument` (this value cannot be
    ///   encoded).
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

    /// Encodes a value of the caller.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` for every error of the codec.
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

    /// Decodes a value that a peer sent to this service.
    ///
    /// - Parameter kind: The kind of the value in an error message, such as `event`.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` for every error of the codec.
    static func decodeFromPeer<Value>(_ type: Value.Type, _ kind: String, by decode: () throws -> Value) throws -> Value
    {
        do { return try decode() } catch {
            let text = (error as? MicroError)?.message ?? "the \(kind) is not a \(type)"
            throw MicroError(.invalidArgument, text, origin: MicroError.Origin.server, cause: error)
        }
    }

    /// The encoders of a type, in the order of preference.
    func encoders<Value>(
        for type: Value.Type
    ) -> [(contentType: String, encode: @Sendable (Value, inout ByteBuffer) throws -> Void)] {
        all.compactMap { codec in
            guard let encode = codec.encoder(for: type), let contentType = codec.contentTypes.first else { return nil }
            return (contentType, encode)
        }
    }

    /// The decoders of a type, by media type; empty if no codec can decode it.
    func decoders<Value>(for type: Value.Type) -> [String: @Sendable (ByteBuffer) throws -> Value] {
        var decoders: [String: @Sendable (ByteBuffer) throws -> Value] = [:]
        for codec in all {
            guard let decode = codec.decoder(for: type) else { continue }
            for contentType in codec.contentTypes where decoders[contentType] == nil { decoders[contentType] = decode }
        }
        return decoders
    }
}
