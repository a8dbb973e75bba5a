// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import GoMicroWire
import MessageTransport
import MicroCore
import NIOCore

/// One side of a stream: messages with one correlation ID between a client and a listener.
typealias RabbitMQStreamDelegate = MessageStreamDelegate<RabbitMQStreamWire>

/// Sends the messages of a stream with go-micro's headers, and a ``RabbitMQStreamMark``.
struct RabbitMQStreamWire: MessageStreamWire {
    struct Payload: Sendable {
        let fields: GoMicroHeaders.Fields
        var body = ByteBuffer()
    }

    let route: RabbitMQRoute
    /// The header fields of each message.
    let fields: GoMicroHeaders.Fields
    let format: RabbitMQCallFormat
    /// On the listener's side, the envelope of the opening request in the protocol before v1.0. All messages have one.
    var envelope: LegacyRPCEnvelope?

    func payload(of message: ByteBuffer) throws -> Payload {
        let body = envelope?.wrapped(message) ?? message
        try format.check(fields, body: body, of: "message")
        return Payload(fields: fields, body: body)
    }

    func endPayload(_ text: String) -> Payload {
        if let envelope { return Payload(fields: fields, body: envelope.wrapped(error: text)) }
        return Payload(fields: fields + GoMicroHeaders.errorFields(text))
    }

    func send(
        _ payload: Payload, as position: StreamPosition, by deadline: ContinuousClock.Instant,
        _ numbering: @escaping Numbering
    ) async throws -> StreamSendOutcome {
        while true {
            let (isSent, capacity) = try tryPublish(payload, as: position, numbering)
            switch capacity {
            case .available: return isSent ? .sent : .windowFull
            case .closed: return .connectionLost
            case .full: try await route.waitForRoom(by: deadline)
            }
        }
    }

    func trySendEnd(_ payload: Payload, _ numbering: @escaping Numbering) {
        _ = try? tryPublish(payload, as: .end, numbering)
    }

    private func tryPublish(
        _ payload: Payload, as position: StreamPosition, _ numbering: Numbering
    ) throws -> (isSent: Bool, capacity: CurlSocket.WriteCapacity) {
        var capacity = CurlSocket.WriteCapacity.available
        let isSent = try numbering { number in
            let properties = RabbitMQCallFormat.properties(payload.fields, mark: .init(number, position))
            capacity = route.tryPublish(properties, payload.body)
            if case .available = capacity { return true }
            return false
        }
        return (isSent, capacity)
    }

    func send(_ control: StreamControl) { route.send(control) }
}

extension MessageStreamDelegate<RabbitMQStreamWire> {
    /// Creates a stream and its delegate.
    static func make(
        _ wire: RabbitMQStreamWire, service: String, name: String, deadline: ContinuousClock.Instant, peer: Peer
    ) -> (stream: TransportStream, delegate: RabbitMQStreamDelegate) {
        let timeout = wire.route.connection.configuration.timeout
        let parameters = MessageStreamParameters(
            broker: "RabbitMQ", isClient: wire.route.replyTo != nil, service: service, name: name, deadline: deadline,
            pingInterval: timeout, timeout: timeout)
        return make(parameters, wire, peer: peer)
    }
}

extension MessageStreamDelegate: RabbitMQReplyHandler where Wire == RabbitMQStreamWire {
    /// Handles a message of the peer.
    func receive(_ content: AMQPContent) {
        let mark = RabbitMQStreamMark(content.properties.type)
        if case .control(let control)? = mark { return receive(control) }
        var isHalfClose = false
        if case .halfClose? = mark { isHalfClose = true }
        receive(number: mark?.number, isHalfClose: isHalfClose) {
            let error = GoMicroHeaders(RabbitMQCallFormat.fields(of: content.properties)).error
            guard let envelope = wire.envelope, error?.isEmpty != false else { return (content.body, error) }
            return try envelope.read(content.body)
        }
    }

    func messageReturned(_ routingKey: String) {
        routingKey.hasSuffix(RabbitMQStreamMark.controlSuffix)
            ? controlMessageWasUndeliverable() : messageWasUndeliverable()
    }

    func repliesEnded(_ error: MicroError, notifiesPeer: Bool) {
        if notifiesPeer { fail(error, notifiesPeer: true) } else { failConnectionLost() }
    }
}
