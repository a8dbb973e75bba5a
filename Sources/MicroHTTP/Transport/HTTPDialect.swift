// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// What two peers say to each other by HTTP: how a request, its answer and its failure are put into fields.
///
/// Connections, limits and deadlines are the same for all of them.
protocol HTTPDialect: Sendable {
    // MARK: The client's side

    /// The target of a request, such as `/`.
    func target(of request: TransportRequest) -> String

    /// The fields of a request but for those that are known only when it is sent (``sendingFields(id:deadline:)``).
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` or `payloadTooLarge`: nothing that breaks the rules is sent.
    func fields(
        of request: TransportRequest, to address: Address, limits: HTTPConfiguration
    ) throws(MicroError) -> HTTPWire.Fields

    /// The fields of a request that are known only when it is sent.
    func sendingFields(id: String, deadline: ContinuousClock.Instant) -> HTTPWire.Fields

    /// Reads a response.
    ///
    /// - Throws: The ``MicroError`` that it carries or stands for.
    func readResponse(
        status: Int, fields: HTTPFields, body: ByteBuffer, from address: Address, service: String
    ) throws -> TransportResponse

    // MARK: The server's side

    /// Reads the head of a request; the body is still to come.
    ///
    /// - Throws: ``HTTPRefusal`` for what is no request of this dialect at all.
    func readRequest(
        method: String, target: String, fields: HTTPFields, defaultDeadline: Duration
    ) throws(HTTPRefusal) -> TransportRequest

    /// The answer to a request that failed.
    func answer(_ error: MicroError, to request: TransportRequest, id: String?) -> HTTPAnswer
}
