// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// A call or a stream of a client in go-micro's protocol before v1.0.
struct LegacyRPCCall: Sendable {
    private let format: LegacyRPCFormat
    private let request: TransportRequest

    /// Nil for a node that supports messages without an envelope, and for media types that the protocol does not
    /// support.
    init?(_ request: TransportRequest, to node: Node) {
        // Servers of v1.0 and later register their protocol; `server` shows that the node is a go-micro node.
        guard node.metadata["protocol"] == nil, node.metadata["server"] == "rpc",
            let format = LegacyRPCFormat(messageContentType: request.contentType)
        else { return nil }
        (self.format, self.request) = (format, request)
    }

    /// The request in its envelope; for a stream, the request that opens it.
    var envelopedRequest: TransportRequest {
        get throws {
            var outer = request
            outer.contentType = format.envelopeContentType
            outer.body = try wrapped(request.body)
            return outer
        }
    }

    /// Wraps a message of the client.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` if a message in JSON is not one JSON value.
    func wrapped(_ message: ByteBuffer) throws -> ByteBuffer {
        switch format {
        case .protobuf: ProtoRPCHeader(method: request.endpoint).envelope(of: message)
        // JSON has no empty message, and the opening request of a stream has no content.
        case .json:
            try JSONRPCEnvelope.request(
                message.readableBytes > 0 ? message : ByteBuffer(string: "{}"), method: request.endpoint)
        }
    }

    /// Reads a response.
    ///
    /// - Throws: ``MicroCore/MicroError``: the error in the envelope; `internal` if there is no envelope.
    func unwrapped(_ response: TransportResponse) throws -> TransportResponse {
        let (message, error) = try read(response.body)
        if let error { throw MicroError(wireText: error, origin: request.service) }
        return TransportResponse(contentType: request.contentType, headers: response.headers, body: message)
    }

    /// Reads a message of the server's side of a stream; nil for the end of that side.
    ///
    /// - Throws: As ``unwrapped(_:)``.
    func unwrappedMessage(_ body: ByteBuffer) throws -> ByteBuffer? {
        let (message, error) = try read(body)
        if error == GoMicroHeaders.endOfStream { return nil }
        if let error { throw MicroError(wireText: error, origin: request.service) }
        return message
    }

    private func read(_ envelope: ByteBuffer) throws -> (message: ByteBuffer, error: String?) {
        let content: (message: ByteBuffer, error: String?)? =
            switch format {
            case .protobuf: ProtoRPCHeader.read(envelope).map { ($0.message, $0.header.error) }
            case .json: JSONRPCEnvelope.readResponse(envelope)
            }
        guard let content else {
            throw MicroError(
                .internal,
                "\(request.service) \(request.endpoint) responded without an envelope of \(format.envelopeContentType), "
                    + "which go-micro before v1.0 uses",
                origin: MicroError.Origin.client)
        }
        return (content.message, content.error.flatMap { $0.isEmpty ? nil : $0 })
    }
}
