// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Synchronization

/// How messages of two types are written and read for one endpoint, and where its calls are counted: found out once.
final class CallDescriptor<Request: Sendable, Response: Sendable>: Sendable {
    typealias Encode = @Sendable (Request, inout ByteBuffer) throws -> Void
    typealias Decode = @Sendable (ByteBuffer) throws -> Response

    /// The first codec, which most calls use.
    private struct Preferred {
        let contentType: String
        let encode: Encode
        let decode: Decode?
    }

    let endpoint: String
    let metrics: CallMetrics
    /// Beside the others, since a search costs more than the writing of a small message.
    private let preferred: Preferred?
    /// In the order of preference.
    private let encoders: [(contentType: String, encode: Encode)]
    private let decoders: [String: Decode]

    init(_ endpoint: String, codecs: Codecs, metrics: CallMetrics) {
        self.endpoint = endpoint
        self.metrics = metrics
        encoders = codecs.encoders(for: Request.self)
        decoders = codecs.decoders(for: Response.self)
        preferred = encoders.first.map { [decoders] in
            Preferred(contentType: $0.contentType, encode: $0.encode, decode: decoders[$0.contentType])
        }
    }

    /// Writes a request, by the first codec that can if no media type is said.
    ///
    /// - Throws: ``MicroError`` with `unsupported` (no codec can) or `invalidArgument` (this value cannot be written).
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

    /// Reads an answer in whatever media type it came.
    ///
    /// - Throws: ``MicroError`` with `unsupported` (no codec can) or `internal` (this value cannot be read).
    func decode(_ response: TransportResponse) throws -> Response {
        if let preferred, response.contentType == preferred.contentType, let decode = preferred.decode {
            return try decoded(response.body, decode)
        }
        guard let decode = decoders[response.contentType] else {
            throw MicroError(
                .unsupported, "\(endpoint) answered in \(response.contentType), which gives no \(Response.self) here",
                origin: MicroError.Origin.client)
        }
        return try decoded(response.body, decode)
    }

    /// How a stream is written and read: by the first codec that can do both, since a stream has one media type.
    ///
    /// - Throws: ``MicroError`` with `unsupported` when no codec can.
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
            "no codec of this client can write \(Request.self) and read \(Response.self): make them Codable",
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
                .internal, "cannot read the answer of \(endpoint): \(error)", origin: MicroError.Origin.client,
                cause: error)
        }
    }
}

/// The plans of a client.
final class CallDescriptorCache: Sendable {
    private struct Key: Hashable {
        let service: String
        let endpoint: String
        let request: ObjectIdentifier
        let response: ObjectIdentifier
    }

    /// So many are remembered and have metrics of their own: names may come from outside.
    static let maxDescriptors = 1024

    private let codecs: Codecs
    private let overflowMetrics = CallMetrics(.client, method: "_OTHER")
    private let descriptors = Mutex<[Key: any Sendable]>([:])

    init(codecs: Codecs) { self.codecs = codecs }

    func descriptor<Request, Response>(_ service: String, _ endpoint: String) -> CallDescriptor<Request, Response> {
        let key = Key(
            service: service, endpoint: endpoint, request: ObjectIdentifier(Request.self),
            response: ObjectIdentifier(Response.self))
        return descriptors.withLock { descriptors in
            if let descriptor = descriptors[key] as? CallDescriptor<Request, Response> { return descriptor }
            guard descriptors.count < Self.maxDescriptors else {
                return CallDescriptor(endpoint, codecs: codecs, metrics: overflowMetrics)
            }
            let descriptor = CallDescriptor<Request, Response>(
                endpoint, codecs: codecs, metrics: CallMetrics(.client, service, endpoint))
            descriptors[key] = descriptor
            return descriptor
        }
    }
}
