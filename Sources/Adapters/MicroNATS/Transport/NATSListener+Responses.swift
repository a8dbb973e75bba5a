// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import Logging
import MicroCore
import NIOCore

extension NATSListener {
    /// Runs the handler of a call, and encodes its response or error.
    func makeResponse(_ call: NATSServerCall, _ handler: TransportHandler) async -> ByteBuffer {
        do {
            let response = try await handler(call.request)
            do { return try encoded(response, id: call.id) } catch {
                log("a response could not be sent", error, call.request)
                return encoded(unsendableResponseError(error), contentType: call.request.contentType, id: call.id)
            }
        } catch {
            if !(error is MicroError || error is CancellationError) { log("a handler failed", error, call.request) }
            return encoded(
                MicroError(respondingTo: call.request, with: error), contentType: call.request.contentType, id: call.id)
        }
    }

    private func unsendableResponseError(_ cause: any Error) -> MicroError {
        let error = cause as? MicroError
        return MicroError(
            error?.code == .payloadTooLarge ? .payloadTooLarge : .internal,
            "the response cannot be sent: \(error?.message ?? "\(cause)")", origin: MicroError.Origin.server,
            cause: cause)
    }

    private func encoded(_ response: TransportResponse, id: NATSCallID) throws -> ByteBuffer {
        try NATSCallLimits.check(response.headers)
        var fields = id.fields
        if !response.contentType.isEmpty { fields.append(("Content-Type", response.contentType)) }
        let limits = NATSCallLimits(maxPayload: connection.maxPayload)
        return try limits.encoded(fields + response.headers, body: response.body, of: "response")
    }

    private func encoded(_ error: MicroError, contentType: String, id: NATSCallID) -> ByteBuffer {
        var fields = id.fields + GoMicroHeaders.errorFields(error.wireText)
        if !contentType.isEmpty { fields.append(("Content-Type", contentType)) }
        return NATSEnvelope.encoded(fields)
    }

    /// Sends the reply of a call. Waits for a connection if necessary.
    func send(_ payload: ByteBuffer, to inbox: String) async {
        let message = BrokerMessage(body: payload)
        if connection.trySend({ $0.appendPublish(message, to: inbox) }) { return }
        // The caller may have a working connection: the reply is sent on the next one, also if the handler was cancelled.
        let (connection, deadline) = (connection, ContinuousClock.now + connection.configuration.timeout)
        let sending = Task { try await connection.send(by: deadline) { $0.appendPublish(message, to: inbox) } }
        do { try await sending.value } catch {
            connection.logger.debug("a reply could not be sent", metadata: ["error": "\(error)"])
        }
    }

    /// Sends an error as the reply of a call, if there is a connection with room: a caller whose replies are not accepted
    /// must not fill the memory.
    func sendError(_ error: MicroError, _ inbox: String, contentType: String = "", id: NATSCallID = NATSCallID()) {
        let message = BrokerMessage(body: encoded(error, contentType: contentType, id: id))
        _ = connection.trySend { $0.appendPublish(message, to: inbox) }
    }
}
