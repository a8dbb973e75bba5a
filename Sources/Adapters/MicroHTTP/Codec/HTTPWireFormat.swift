// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// What two peers say to each other by HTTP: how a request, its answer and its failure are put into fields.
///
/// Connections, limits and deadlines are the same for all of them.
protocol HTTPWireFormat: Sendable {
    // MARK: The client's side

    /// Writes the head of a request, but for `Content-Length` and the empty line.
    ///
    /// - Parameters:
    ///   - id: Tells the answer apart from those to earlier requests of the connection; nil for one of a stream.
    ///   - head: What is written to.
    /// - Throws: ``MicroError`` with `invalidArgument`: nothing that breaks the rules is sent.
    func writeHead(
        of request: TransportRequest, to address: Address, id: Int?, limits: HTTPConfiguration, _ head: inout ByteBuffer
    ) throws(MicroError)

    /// Reads a response.
    ///
    /// - Throws: The ``MicroError`` that it carries or stands for.
    func readResponse(_ head: HTTPHead, body: ByteBuffer, from address: Address, service: String) throws
        -> TransportResponse

    // MARK: The server's side

    /// Reads the head of a request; the body is still to come.
    ///
    /// - Throws: ``HTTPStatusError`` for what is no request of this dialect at all.
    func readRequest(
        method: String, target: String, fields: HTTPFields, defaultRequestTimeout: Duration
    ) throws(HTTPStatusError) -> TransportRequest

    /// The answer to a request that failed.
    func errorResponse(_ error: MicroError, to request: TransportRequest, id: String?) -> HTTPResponseHead
}
