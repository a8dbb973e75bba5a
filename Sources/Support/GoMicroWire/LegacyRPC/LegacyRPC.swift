// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

/// go-micro's protocol before v1.0, in which each message is wrapped in an envelope that names the endpoint.
///
/// The typed client and server use only these functions.
package enum LegacyRPC {
    /// Calls a node in the protocol that it supports: in an envelope if its metadata shows that it is older than v1.0.
    ///
    /// - Throws: As ``MicroCore/Transport/call(_:to:)``; the error in the envelope of the response, or `internal` if the response has
    ///   no envelope.
    package static func call(
        _ request: TransportRequest, to node: Node, over transport: any Transport
    ) async throws -> TransportResponse {
        guard let legacyCall = LegacyRPCCall(request, to: node) else {
            var response = try await transport.call(request, to: Address(node))
            // go-micro omits the media type of some responses with an empty body; the media type of the request
            // applies.
            if response.contentType.isEmpty { response.contentType = request.contentType }
            return response
        }
        return try legacyCall.unwrapped(try await transport.call(try legacyCall.envelopedRequest, to: Address(node)))
    }

    /// Opens a stream to a node in the protocol that it supports.
    ///
    /// - Throws: As ``MicroCore/Transport/open(_:to:)``. The stream throws the errors in envelopes, and `internal` for
    ///   a message without an envelope.
    package static func open(
        _ request: TransportRequest, to node: Node, over transport: any Transport
    ) async throws -> TransportStream {
        guard let legacyCall = LegacyRPCCall(request, to: node) else {
            return try await transport.open(request, to: Address(node))
        }
        let stream = try await transport.open(try legacyCall.envelopedRequest, to: Address(node))
        return stream.intercepted(sending: legacyCall.wrapped, receiving: legacyCall.unwrappedMessage)
    }

    /// Whether a received request is in an envelope.
    package static func hasEnvelope(_ request: TransportRequest) -> Bool { LegacyRPCFormat(of: request) != nil }

    /// Responds to a request with a handler. A request in an envelope is unwrapped first, and its response, or the
    /// error of the handler, is wrapped.
    ///
    /// - Parameters:
    ///   - request: A request with or without an envelope.
    ///   - service: The service that responds if the request does not name one.
    ///   - handler: Responds to a request without an envelope.
    /// - Throws: The errors of the handler. For a request in an envelope, a ``MicroCore/MicroError`` becomes the response
    ///   instead, except for a plain HTTP client that does not use JSON-RPC 2.0.
    package static func respond(
        to request: TransportRequest, service: String,
        by handler: @Sendable (TransportRequest) async throws -> TransportResponse
    ) async throws -> TransportResponse {
        guard let envelope = LegacyRPCEnvelope(request) else { return try await handler(request) }
        do {
            var response = try await handler(envelope.content(for: service))
            response.body = envelope.wrapped(response.body)
            response.contentType = request.contentType
            return response
        } catch let error as MicroError {
            // A plain HTTP client gets the error as the status of its response.
            guard !request.isFromPlainClient || envelope.hasErrorObject else { throw error }
            let text = MicroError(respondingTo: request, with: error).wireText
            return TransportResponse(contentType: request.contentType, body: envelope.wrapped(error: text))
        }
    }
}
