// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import GoMicroWire
import MessageTransport
import MicroCore
import NIOCore

/// One side of a stream: messages between the inbox of a client, which identifies the stream, and the subject of a
/// listener.
typealias NATSStreamDelegate = MessageStreamDelegate<NATSStreamWire>

/// Sends the messages of a stream in go-micro's envelope, with ``NATSStreamHeaders``.
struct NATSStreamWire: MessageStreamWire {
    let connection: NATSConnectionManager
    /// The subject to send to.
    let subject: String
    /// The client's inbox, on the client's side; nil on the listener's side.
    let inbox: String?
    /// The header fields of each message.
    let fields: GoMicroHeaders.Fields
    /// On the listener's side, the envelope of the opening request in the protocol before v1.0. All messages have one.
    var envelope: LegacyRPCEnvelope?

    func payload(of message: ByteBuffer) throws -> ByteBuffer {
        let limits = NATSCallLimits(maxPayload: connection.maxPayload)
        return try limits.encoded(fields, body: envelope?.wrapped(message) ?? message, of: "message")
    }

    func endPayload(_ text: String) -> ByteBuffer {
        if let envelope { return NATSEnvelope.encoded(fields, body: envelope.wrapped(error: text)) }
        return NATSEnvelope.encoded(fields + GoMicroHeaders.errorFields(text))
    }

    func send(
        _ payload: ByteBuffer, as position: StreamPosition, by deadline: ContinuousClock.Instant,
        _ numbering: @escaping Numbering
    ) async throws -> StreamSendOutcome {
        var outcome: Result<Bool, any Error> = .success(false)
        try await connection.send(to: subject, by: deadline) { output in
            outcome = Result { try append(payload, as: position, to: &output, numbering) }
        }
        return try outcome.get() ? .sent : .windowFull
    }

    func trySendEnd(_ payload: ByteBuffer, _ numbering: @escaping Numbering) {
        connection.sendControl { output in _ = try? append(payload, as: .end, to: &output, numbering) }
    }

    private func append(
        _ payload: ByteBuffer, as position: StreamPosition, to output: inout CurlOutput, _ numbering: Numbering
    ) throws -> Bool {
        try numbering { number in
            let headers = NATSStreamHeaders(number: number, isHalfClose: position == .halfClose).headers
            output.appendPublish(BrokerMessage(headers: headers, body: payload), to: subject, reply: inbox)
            return true
        }
    }

    func send(_ control: StreamControl) { control.send(to: subject, inbox: inbox, by: connection) }
}

extension MessageStreamDelegate<NATSStreamWire> {
    /// Creates a stream and its delegate.
    static func make(
        _ wire: NATSStreamWire, service: String, name: String, deadline: ContinuousClock.Instant, peer: Peer
    ) -> (stream: TransportStream, delegate: NATSStreamDelegate) {
        let configuration = wire.connection.configuration
        let parameters = MessageStreamParameters(
            broker: "NATS", isClient: wire.inbox != nil, service: service, name: name, deadline: deadline,
            pingInterval: configuration.pingInterval, timeout: configuration.timeout)
        return make(parameters, wire, peer: peer)
    }

    /// Handles a message of the peer, or a status of the server, which reports for example that the subject has no
    /// listener.
    func receive(_ message: NATSMessage) {
        if let status = message.status { return handleStatus(status, message.reason) }
        let headers = NATSStreamHeaders(message.headers)
        guard let content = NATSEnvelope(parsing: message.body) else {
            return fail(MicroError.natsInvalidEnvelope(parameters.name), notifiesPeer: true)
        }
        receive(number: headers?.number, isHalfClose: headers?.isHalfClose == true) {
            guard let envelope = wire.envelope, content.fields.error?.isEmpty != false else {
                return (content.body, content.fields.error)
            }
            return try envelope.read(content.body)
        }
    }

    /// Handles a control message of the peer, or a status which reports that the peer does not receive control
    /// messages.
    func receiveControl(_ message: NATSMessage) {
        if message.status == 503 { return controlMessageWasUndeliverable() }
        if let control = StreamControl(message) { receive(control) }
    }

    private func handleStatus(_ status: Int, _ reason: String) {
        guard status != 503 else { return messageWasUndeliverable() }
        fail(
            MicroError(
                .unavailable, "\(parameters.name): NATS responded with status \(status) \(reason)",
                origin: MicroError.Origin.transport))
    }
}
