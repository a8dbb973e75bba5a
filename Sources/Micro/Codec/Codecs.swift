// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// The codecs that a client or a server has, found by media type.
struct Codecs: Sendable {
    /// In the order of preference: a client writes in the first that can encode its request.
    let all: [any Codec]

    init(_ all: [any Codec]) { self.all = all }

    subscript(contentType: String) -> (any Codec)? {
        all.first { $0.contentTypes.contains(contentType) }
    }

    /// Writes a value by the first codec that can.
    ///
    /// - Throws: ``MicroError`` with `unsupported` (no codec can) or `invalidArgument` (this value cannot be written).
    func encode<Value>(_ value: Value) throws -> (contentType: String, body: ByteBuffer) {
        for codec in all {
            guard let encode = codec.encoder(for: Value.self), let contentType = codec.contentTypes.first else {
                continue
            }
            var body = ByteBuffer()
            do { try encode(value, &body) } catch {
                throw MicroError(
                    .invalidArgument, "cannot encode \(Value.self) as \(contentType): \(error)",
                    origin: MicroError.Origin.client, cause: error)
            }
            return (contentType, body)
        }
        throw MicroError(
            .unsupported, "no codec of this client can encode \(Value.self): make it Codable",
            origin: MicroError.Origin.client)
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
