// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// Encodes requests, decodes responses and records metrics, for the calls of one endpoint with one pair of message types.
/// ``CallDescriptorCache`` caches a bounded number of descriptors.
final class CallDescriptor<Request: Sendable, Response: Sendable>: Sendable {
    typealias Encode = @Sendable (Request, inout ByteBuffer) throws -> Void
    typealias Decode = @Sendable (ByteBuffer) throws -> Response

    /// The first codec, which most calls use.
    private struct PreferredCodec {
        let contentType: String
        let encode: Encode
        let decode: Decode?
    }

    let endpoint: String
    let metrics: CallMetrics
    /// Stored separately, because a lookup costs more than encoding a small message.
    private let preferred: PreferredCodec?
    /// In the order of preference.
    private let encoders: [(contentType: String, encode: Encode)]
    private let decoders: [String: Decode]

    init(_ endpoint: String, codecs: Codecs, metrics: CallMetrics) {
        self.endpoint = endpoint
        self.metrics = metrics
        encoders = codecs.encoders(for: Request.self)
        decoders = codecs.decoders(for: Response.self)
        preferred = encoders.first.map { [decoders] in
            PreferredCodec(contentType: $0.contentType, encode: $0.encode, decode: decoders[$0.contentType])
        }
    }

    /// Encodes a request.
    ///
    /// - Parameter contentType: The media type; nil for the media type of the first codec.
    /// - Throws: ``/MicroCore/MicroError`` with `unsupported` (no codec can encode the type) or `invalidArgument` (this value cannot be
    ///   encoded).
    func encode(_ request: Request, as contentType: String?) throws -> (contentType: String, body: ByteBuffer) {
        if let preferred, contentType == nil {
            return (preferred.contentType, try Self.encoded(request, preferred.contentType, preferred.encode))
        }
        guard let (contentType, encode) = encoders.first(where: { contentType ?? $0.contentType == $0.contentType })
        else {
            throw MicroError(
                .unsupported,
                "no codec of this client can encode \(Request.self)\(contentType.map { " as \($0)" } ?? "")",
                origin: MicroError.Origin.client)
        }
        return (contentType, try Self.encoded(request, contentType, encode))
    }

    /// Decodes a response according to its media type.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `unsupported` (no codec can decode the type) or `internal` (this value cannot be
    ///   decoded).
    func decode(_ response: TransportResponse) throws -> Response {
        if let preferred, response.contentType == preferred.contentType, let decode = preferred.decode {
            return try decoded(response.body, decode)
        }
        guard let decode = decoders[MediaType.essence(of: response.contentType)] else {
            throw MicroError(
                .unsupported,
                "\(endpoint) responded in \(response.contentType), which no codec of this client can decode as "
                    + "\(Response.self)",
                origin: MicroError.Origin.client)
        }
        return try decoded(response.body, decode)
    }

    /// The codec of a stream: the first one that can both encode and decode, because a stream has one media type.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `unsupported` if there is none.
    func streamCodec(_ contentType: String?) throws -> (
        contentType: String, encode: @Sendable (Request) throws -> ByteBuffer,
        decode: @Sendable (ByteBuffer) throws -> Response
    ) {
        for (candidate, encode) in encoders where contentType ?? candidate == candidate {
            guard let decode = decoders[candidate] else { continue }
            return (
                candidate, { try Self.encoded($0, candidate, encode) }, { [self] in try decoded($0, decode) }
            )
        }
        throw MicroError(
            .unsupported,
            "no codec of this client can encode \(Request.self) and decode \(Response.self)"
                + (contentType.map { " as \($0): use another media type" } ?? ": make them Codable"),
            origin: MicroError.Origin.client)
    }

    private static func encoded(_ request: Request, _ contentType: String, _ encode: Encode) throws -> ByteBuffer {
        var body = ByteBuffer()
        try Codecs.encode(request, into: &body, by: encode, contentType)
        return body
    }

    private func decoded(_ body: ByteBuffer, _ decode: Decode) throws -> Response {
        do { return try decode(body) } catch {
            throw MicroError(
                .internal, "cannot decode the response of \(endpoint): \(error)", origin: MicroError.Origin.client,
                cause: error)
        }
    }
}
