// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// The mapping of requests, responses and errors to HTTP fields.
///
/// Connections, limits and deadlines are the same for all wire formats.
protocol HTTPWireFormat: Sendable {
    // MARK: Client

    /// Writes the head of a request, without `Content-Length` and the empty line.
    ///
    /// - Parameters:
    ///   - id: The number of the request; nil for a message of a stream.
    ///   - head: The buffer to append to.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` for a request that cannot be sent.
    func writeHead(
        of request: TransportRequest, to address: Address, id: Int?, limits: HTTPConfiguration, _ head: inout ByteBuffer
    ) throws(MicroError)

    /// Reads a response.
    ///
    /// - Throws: ``/MicroCore/MicroError``: the error in the response, or the error for its status.
    func readResponse(
        _ head: HTTPHead, body: ByteBuffer, from address: Address, service: String
    ) throws -> TransportResponse

    // MARK: Server

    /// Reads the head of a request. The result has no body yet.
    ///
    /// - Throws: ``HTTPStatusError`` for a request that is not of this wire format.
    func readRequest(
        _ head: HTTPHead, defaultRequestTimeout: Duration
    ) throws(HTTPStatusError) -> TransportRequest

    /// The response to a request that failed.
    func errorResponse(_ error: MicroError, to request: TransportRequest, id: String?) -> HTTPServerResponse
}
