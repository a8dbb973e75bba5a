// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

/// go-micro's protocol before v1.0, in which a message travels in an envelope that names the endpoint.
///
/// The typed client and server know nothing else of it than these two functions.
package enum LegacyRPC {
    /// Calls a node in the protocol that it understands: in an envelope if the node says that it is older than v1.0, else
    /// as it is.
    ///
    /// - Throws: As ``Transport/call(_:to:)``; the error in the envelope of the response, or `internal` if the response has
    ///   no envelope.
    package static func call(
        _ request: TransportRequest, to node: Node, over transport: any Transport
    ) async throws -> TransportResponse {
        guard let legacyRequest = LegacyRPCRequest(request, to: node) else {
            var response = try await transport.call(request, to: Address(node))
            // go-micro leaves the media type out of some responses with an empty body: that of the request holds.
            if response.contentType.isEmpty { response.contentType = request.contentType }
            return response
        }
        return try legacyRequest.unwrapped(try await transport.call(legacyRequest.request, to: Address(node)))
    }

    /// Responds to a request by a handler. A request in an envelope is unwrapped first, and its response, or the error of
    /// the handler, is wrapped.
    ///
    /// - Parameters:
    ///   - request: A request with or without an envelope.
    ///   - service: The service that responds if the request names none.
    ///   - handler: Responds to a request without an envelope.
    /// - Throws: What the handler throws. For a request in an envelope only `CancellationError`.
    package static func respond(
        to request: TransportRequest, service: String,
        by handler: @Sendable (TransportRequest) async throws -> TransportResponse
    ) async throws -> TransportResponse {
        guard let envelope = LegacyRPCEnvelope(request, for: service) else { return try await handler(request) }
        return try await envelope.respond(by: handler)
    }
}
