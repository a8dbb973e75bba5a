// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import GoMicroWire
import Logging
import MessageTransport
import MicroCore
import NIOCore

extension RabbitMQListener {
    /// Runs the handler of a call, and encodes its response or error.
    func makeResponse(
        _ session: RabbitMQServerSession, _ handler: TransportHandler
    ) async -> (AMQPProperties, ByteBuffer) {
        do {
            let response = try await handler(session.request)
            do { return (try properties(of: response, session.idFields), response.body) } catch {
                log("a response could not be sent", error, session.request)
                return Self.message(with: MicroError.unsendableResponse(error), to: session)
            }
        } catch {
            if !(error is MicroError || error is CancellationError) { log("a handler failed", error, session.request) }
            return Self.message(with: MicroError(respondingTo: session.request, with: error), to: session)
        }
    }

    private func properties(
        of response: TransportResponse, _ idFields: GoMicroHeaders.Fields
    ) throws -> AMQPProperties {
        try CallHeaderRules.check(response.headers, broker: "RabbitMQ")
        var fields = idFields
        if !response.contentType.isEmpty { fields.append((GoMicroHeaderName.contentType, response.contentType)) }
        fields += response.headers
        try RabbitMQCallFormat(connection).check(fields, body: response.body, of: "response")
        return RabbitMQCallFormat.properties(fields)
    }

    private static func message(
        with error: MicroError, to session: RabbitMQServerSession
    ) -> (AMQPProperties, ByteBuffer) {
        message(with: error, to: session.request, session.request.contentType, session.idFields)
    }

    /// - Parameter request: Nil if the message is not a request.
    private static func message(
        with error: MicroError, to request: TransportRequest?, _ contentType: String,
        _ idFields: GoMicroHeaders.Fields, mark: RabbitMQStreamMark? = nil
    ) -> (AMQPProperties, ByteBuffer) {
        var fields = idFields + GoMicroHeaders.errorFields(error.wireText)
        if !contentType.isEmpty { fields.append((GoMicroHeaderName.contentType, contentType)) }
        // Clients before v1.0 read the error from an envelope.
        let body = request.flatMap(LegacyRPCEnvelope.init)?.wrapped(error: error.wireText) ?? ByteBuffer()
        return (RabbitMQCallFormat.properties(fields, mark: mark), body)
    }

    /// Sends the reply of a call. Waits for a connection if necessary.
    func send(_ properties: AMQPProperties, _ body: ByteBuffer, to session: RabbitMQServerSession) async {
        if case .available = session.route.tryPublish(properties, body) { return }
        // The reply could not be sent at once. Wait for room or for the next connection, in a task of its own: the reply is
        // sent even if the handler was cancelled.
        let (consumer, deadline) = (consumer, ContinuousClock.now + connection.configuration.timeout)
        var route = session.route
        let sending = Task {
            if let consumer { route.channel = try await consumer.channel(by: deadline) }
            try await route.publish(properties, body, by: deadline)
        }
        do { try await sending.value } catch {
            connection.logger.debug("a reply could not be sent", metadata: ["cause": "\(error)"])
        }
    }

    /// Sends an error as the reply of a call, unless the output buffer is full or the connection has failed: errors for a
    /// caller that does not read its replies must not accumulate in memory.
    func sendError(_ error: MicroError, to session: RabbitMQServerSession) {
        let (properties, body) = Self.message(with: error, to: session)
        _ = session.route.tryPublish(properties, body)
    }

    /// Refuses a call or stream.
    ///
    /// - Parameters:
    ///   - request: Nil if the message is not a request.
    ///   - isStream: Whether a swift-micro peer opens a stream.
    func refuse(
        _ error: MicroError, _ request: TransportRequest?, _ contentType: String, _ idFields: GoMicroHeaders.Fields,
        isStream: Bool, on route: RabbitMQRoute
    ) {
        let (properties, body) = Self.message(
            with: error, to: request, contentType, idFields, mark: isStream ? .end(1) : nil)
        _ = route.tryPublish(properties, body)
    }
}
