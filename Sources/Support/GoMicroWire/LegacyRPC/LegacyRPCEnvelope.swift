// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore
package import NIOCore

/// A received request in an envelope of go-micro's protocol before v1.0, and the envelopes of the responses to it.
///
/// Later versions also use this protocol for calls to explicit addresses. Streams use one envelope for each message,
/// and one for their end.
package struct LegacyRPCEnvelope: Sendable {
    /// The parts of a request that its response repeats.
    private enum Number {
        case protobuf(UInt64)
        /// As JSON.
        case json(ByteBuffer)
        case json2(JSONRPC2)
    }

    private let request: TransportRequest
    private let format: LegacyRPCFormat
    private let number: Number
    /// The endpoint in the envelope; nil if it names none.
    private let method: String?
    private let message: Result<ByteBuffer, MicroError>
    /// The error in the envelope, or ``GoMicroHeaders/endOfStream``.
    private let error: String?

    /// Reads the envelope of a request; nil if the request has none. An envelope that is not valid is reported by
    /// ``content()``.
    package init?(_ request: TransportRequest) {
        guard let format = LegacyRPCFormat(of: request) else { return nil }
        (self.request, self.format) = (request, format)
        switch format {
        case .protobuf:
            let content = ProtoRPCHeader.read(request.body)
            (number, method) = (.protobuf(content?.header.number ?? 0), content?.header.method)
            error = content?.header.error
            message = content.map { .success($0.message) } ?? .failure(Self.notAnEnvelope(request.contentType))
        case .json:
            let content = JSONRPCEnvelope.readRequest(request.body)
            number = content.jsonRPC2.map(Number.json2) ?? .json(content.id)
            (method, error) = (content.method, content.error)
            message = content.message
        }
    }

    /// Whether the caller expects errors in the envelope, as JSON-RPC 2.0 requires, even if it is a plain HTTP client.
    var hasErrorObject: Bool { if case .json2 = number { true } else { false } }

    /// The called endpoint, from the headers or otherwise from the envelope; empty if neither names one.
    package var endpoint: String { request.endpoint.isEmpty ? method ?? "" : request.endpoint }

    /// The request without its envelope.
    ///
    /// - Parameter service: The service that handles a request without a service name.
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`.
    package func content(for service: String) throws -> TransportRequest {
        guard !endpoint.isEmpty else {
            throw MicroError(
                .invalidArgument,
                "neither the header Micro-Endpoint nor, as in JSON-RPC, the body names an endpoint",
                origin: MicroError.Origin.server)
        }
        var content = openingRequest
        if content.service.isEmpty { content.service = service }
        content.body = try message.get()
        return content
    }

    /// Wraps a response, or a message of a stream.
    package func wrapped(_ message: ByteBuffer) -> ByteBuffer { wrapped(message, error: nil) }

    /// Wraps an error text, or ``GoMicroHeaders/endOfStream``.
    package func wrapped(error: String) -> ByteBuffer { wrapped(ByteBuffer(), error: error) }

    private func wrapped(_ message: ByteBuffer, error: String?) -> ByteBuffer {
        switch number {
        case .protobuf(let number):
            // v0.14, which has no separate media type for envelopes, repeats the method. Later versions leave it empty.
            let hasOwnType = MediaType.essence(of: request.contentType) == format.envelopeContentType
            let method = hasOwnType ? "" : endpoint
            return ProtoRPCHeader(method: method, number: number, error: error ?? "").envelope(of: message)
        case .json2(let call):
            return error.map { call.wrapped(MicroError(wireText: $0, origin: MicroError.Origin.server)) }
                ?? call.wrapped(message)
        case .json(let id): return JSONRPCEnvelope.response(message, error: error, id: id)
        }
    }

    private static func notAnEnvelope(_ contentType: String) -> MicroError {
        MicroError(
            .invalidArgument, "the body is not an envelope of \(contentType)", origin: MicroError.Origin.server)
    }
}

// Streams.
extension LegacyRPCEnvelope {
    /// The request that opens a stream, without its envelope and body.
    package var openingRequest: TransportRequest {
        var opening = request
        opening.endpoint = endpoint
        opening.contentType = format.messageContentType
        opening.body = ByteBuffer()
        return opening
    }

    /// Reads a message of the stream that was opened with this envelope.
    ///
    /// - Returns: The message, or the text of an error or ``GoMicroHeaders/endOfStream``.
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` if the bytes are not a valid envelope.
    package func read(_ body: ByteBuffer) throws -> (message: ByteBuffer, error: String?) {
        var next = request
        next.body = body
        guard let envelope = LegacyRPCEnvelope(next) else { throw Self.notAnEnvelope(request.contentType) }
        if let error = envelope.error, !error.isEmpty { return (ByteBuffer(), error) }
        return (try envelope.message.get(), nil)
    }
}
