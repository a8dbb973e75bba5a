// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import Logging
import MessageTransport
import MicroCore
import NIOCore

extension NATSListener {
    /// Runs the handler of a call, and encodes its response or error.
    func makeResponse(_ call: NATSServerCall, _ handler: TransportHandler) async -> ByteBuffer {
        do {
            let response = try await handler(call.request)
            do { return try encoded(response, id: call.id) } catch {
                log("a response could not be sent", error, call.request)
                return encoded(MicroError.unsendableResponse(error), to: call.request, id: call.id)
            }
        } catch {
            if !(error is MicroError || error is CancellationError) { log("a handler failed", error, call.request) }
            return encoded(MicroError(respondingTo: call.request, with: error), to: call.request, id: call.id)
        }
    }

    private func encoded(_ response: TransportResponse, id: NATSCallID) throws -> ByteBuffer {
        try CallHeaderRules.check(response.headers, broker: "NATS")
        var fields = id.fields
        if !response.contentType.isEmpty { fields.append((GoMicroHeaderName.contentType, response.contentType)) }
        let limits = NATSCallLimits(maxPayload: connection.maxPayload)
        return try limits.encoded(fields + response.headers, body: response.body, of: "response")
    }

    /// - Parameter request: Nil if the message is not a request.
    private func encoded(_ error: MicroError, to request: TransportRequest?, id: NATSCallID) -> ByteBuffer {
        var fields = id.fields + GoMicroHeaders.errorFields(error.wireText)
        guard let request, !request.contentType.isEmpty else { return NATSEnvelope.encoded(fields) }
        fields.append((GoMicroHeaderName.contentType, request.contentType))
        // Clients before v1.0 read the error from an envelope.
        let body = LegacyRPCEnvelope(request)?.wrapped(error: error.wireText) ?? ByteBuffer()
        return NATSEnvelope.encoded(fields, body: body)
    }

    /// Sends the reply of a call. Waits for a connection if necessary.
    func send(_ payload: ByteBuffer, to inbox: String) async {
        let message = BrokerMessage(body: payload)
        if connection.trySend({ $0.appendPublish(message, to: inbox) }) { return }
        // The caller may still have a working connection, so the reply is sent on the next connection, even if the
        // handler was cancelled.
        let (connection, deadline) = (connection, ContinuousClock.now + connection.configuration.timeout)
        let sending = Task { try await connection.send(by: deadline) { $0.appendPublish(message, to: inbox) } }
        do { try await sending.value } catch {
            connection.logger.debug("a reply could not be sent", metadata: ["cause": "\(error)"])
        }
    }

    /// Sends an error as the reply of a call, if there is a connection with room. It does not wait, so that a caller
    /// whose replies cannot be sent does not exhaust memory.
    func sendError(
        _ error: MicroError, to request: TransportRequest?, _ inbox: String, id: NATSCallID = NATSCallID()
    ) {
        let message = BrokerMessage(body: encoded(error, to: request, id: id))
        _ = connection.trySend { $0.appendPublish(message, to: inbox) }
    }
}
