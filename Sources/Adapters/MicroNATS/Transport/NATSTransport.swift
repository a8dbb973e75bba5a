// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import GoMicroWire
public import Logging
import MessageTransport
public import MicroCore
import NIOCore
import Synchronization

/// A transport on [NATS](https://nats.io) 2.9 and later: go-micro's calls and streams, so that Go and Swift services can
/// call each other.
///
/// A listener has a unique subject, which is its address, without a port. A request is published there with the subject of
/// the reply; bodies are encoded in base64 inside JSON.
///
/// During a stream, swift-micro peers detect each other's failure within ``NATSConfiguration/pingInterval`` and
/// ``NATSConfiguration/timeout``, or immediately if NATS reports that the peer has no subscription. Dead go-micro peers
/// are detected at the deadline. go-micro peers have no flow control: a stream ends with `resourceExhausted` if its
/// reader is too slow for them. After ``/MicroCore/TransportStream/finish()``, a go-micro server has
/// ``NATSConfiguration/timeout`` from its last message to end the stream; otherwise, the stream ends with
/// `deadlineExceeded`, because versions before v1.18 may never end it. Streams that go-micro clients open have no
/// deadline, and end after 24 hours. A caller that dies while it waits for a reply is detected at the deadline of the
/// call.
public final class NATSTransport: Transport {
    let connection: NATSConnectionManager
    private let requests: NATSRequests
    private let streams: NATSStreamInbox
    private let logger: Logger
    /// The listeners that have not ended; nil once the transport is closed.
    private let listeners = Mutex<[ObjectIdentifier: NATSListener]?>([:])
    private let lastCallID = Atomic<UInt64>(0)

    /// Creates a transport, which connects on first use.
    ///
    /// - Parameters:
    ///   - configuration: The servers and the credentials. The settings for messages are ignored.
    ///   - logger: Logs unexpected handler errors and changes of the connection.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` for an invalid address or limit, or a user without a
    ///   password.
    public init(configuration: NATSConfiguration = .init(), logger: Logger = .component("nats")) throws {
        connection = try NATSConnectionManager(configuration, role: .transport, logger: logger)
        self.logger = logger
        requests = NATSRequests(connection)
        streams = NATSStreamInbox(connection)
    }

    deinit { connection.stop() }

    /// `nats`
    public var name: String { "nats" }

    /// Streams, with back-pressure between swift-micro peers. go-micro's envelope cannot hold several headers with the
    /// same name. The maximum body size is the server's maximum payload minus a quarter for base64: 774,144 bytes for
    /// the default payload of 1 MiB.
    public var capabilities: TransportCapabilities {
        TransportCapabilities(features: [.streams, .backPressure], maxBodySize: limits.maxBodySize)
    }

    private var limits: NATSCallLimits { NATSCallLimits(maxPayload: connection.maxPayload) }

    // MARK: Calls

    /// See ``/MicroCore/Transport/call(_:to:)``.
    public func call(_ request: TransportRequest, to address: Address) async throws -> TransportResponse {
        try checkOpen()
        try Task.checkCancellation()
        let subject = try NATSSubject.callSubject(address)
        let call = MessageCall(request, at: subject, over: "NATS")
        let id = String(lastCallID.add(1, ordering: .relaxed).newValue)
        let payload = try limits.encoded(
            call.headerFields(kind: GoMicroHeaders.idFields(id)), body: request.body, of: "request")
        try call.checkDeadline()
        let reply = try await exchange(BrokerMessage(body: payload), subject, call, by: request.deadline)
        guard let envelope = NATSEnvelope(parsing: reply) else {
            throw MicroError.natsInvalidEnvelope(call.description)
        }
        if let error = envelope.fields.error, !error.isEmpty {
            throw MicroError(wireText: error, origin: request.service)
        }
        // Go omits the type of an empty body.
        let contentType = envelope.fields.contentType
        return TransportResponse(
            contentType: contentType.isEmpty ? request.contentType : contentType, headers: envelope.fields.userHeaders,
            body: envelope.body)
    }

    private func exchange(
        _ message: BrokerMessage, _ subject: String, _ call: MessageCall, by deadline: ContinuousClock.Instant
    ) async throws -> ByteBuffer {
        let connection = connection
        let reply: NATSMessage
        do {
            reply = try await requests.request(message, to: subject, by: deadline) { inbox in
                StreamControl.cancel.send(to: subject, inbox: inbox, by: connection)
            }
        } catch {
            guard isOpen else { throw connection.kind.closedError(connection.description, isSafeToRetry: false) }
            throw call.addingContext(to: error)
        }
        switch reply.status {
        case nil: return reply.body
        case 503: throw MicroError.noListener(call.description, broker: "NATS")
        case let status?:
            throw MicroError(
                .unavailable, "\(call.description): NATS responded with status \(status) \(reply.reason)",
                origin: MicroError.Origin.transport)
        }
    }

    // MARK: Streams

    /// See ``/MicroCore/Transport/open(_:to:)``. The stream ends immediately if the address has no listener.
    public func open(_ request: TransportRequest, to address: Address) async throws -> TransportStream {
        try checkOpen()
        try Task.checkCancellation()
        let subject = try NATSSubject.callSubject(address)
        let call = MessageCall(request, at: subject, over: "NATS")
        let streamField = [(name: GoMicroHeaderName.stream, value: "true")]
        let payload = try limits.encoded(call.headerFields(kind: streamField), body: request.body, of: "request")
        try call.checkDeadline()
        let inbox = try streams.makeSubject()
        let wire = NATSStreamWire(
            connection: connection, subject: subject, inbox: inbox,
            fields: GoMicroHeaders.targetFields(of: request) + streamField)
        let (stream, delegate) = NATSStreamDelegate.make(
            wire, service: request.service, name: call.description, deadline: request.deadline, peer: .unknown)
        do {
            // Added before the opening message is sent, so that a connection loss from here on ends the stream.
            _ = try await connection.connected(by: request.deadline)
            streams.add(delegate, at: inbox)
            let opening = BrokerMessage(headers: NATSStreamHeaders(number: 0).headers, body: payload)
            let size = NATSHeaderBlock.payloadSize(of: opening)
            try await connection.send(to: subject, size: size, by: request.deadline) { output in
                output.appendPublish(opening, to: subject, reply: inbox)
            }
        } catch {
            streams.remove(inbox)
            delegate.fail(error)
            try checkOpen()
            throw call.addingContext(to: error)
        }
        delegate.start { [weak streams] _ in streams?.remove(inbox) }
        return stream
    }

    // MARK: Listeners

    /// See ``/MicroCore/Transport/bind(to:)``. A listener gets a unique subject, regardless of the host and port. An address
    /// that starts with ``NATSConfiguration/inboxPrefix`` is used as it is, and refused if it already has a listener.
    public func bind(to address: Address) async throws -> any TransportListener {
        try checkOpen()
        let requested = try NATSSubject.bindSubject(
            address, prefix: connection.configuration.inboxPrefix)
        let deadline = ContinuousClock.now + connection.configuration.timeout
        do {
            if let requested { try await ensureUnused(requested, by: deadline) }
            let listener = NATSListener(
                subject: requested ?? NATSSubject.makeUnique(prefix: connection.configuration.inboxPrefix),
                connection: connection, logger: logger)
            try await listener.start(by: deadline)
            guard register(listener) else {
                await listener.drain(deadline: .now)
                throw connection.closedError
            }
            return listener
        } catch {
            try checkOpen()
            throw error
        }
    }

    private func register(_ listener: NATSListener) -> Bool {
        let id = ObjectIdentifier(listener)
        let isOpen = listeners.withLock { listeners in
            listeners?[id] = listener
            return listeners != nil
        }
        if isOpen { listener.onEnd { [weak self] in self?.listeners.withLock { _ = $0?.removeValue(forKey: id) } } }
        return isOpen
    }

    /// - Throws: ``/MicroCore/MicroError`` with `unavailable` if a listener responds at a subject.
    private func ensureUnused(_ subject: String, by deadline: ContinuousClock.Instant) async throws {
        let ping = BrokerMessage(body: ByteBuffer(string: "ping"))
        let reply = try await requests.request(ping, to: StreamControl.subject(of: subject), by: deadline)
        guard reply.status == 503 else {
            throw MicroError(
                .unavailable, "cannot listen at \(subject): the subject is in use", origin: MicroError.Origin.transport,
                isSafeToRetry: true)
        }
    }

    // MARK: The end

    /// See ``/MicroCore/Transport/close()``. Calls and streams in flight end with `closed`; those of the listeners are
    /// cancelled.
    public func close() async {
        let open = listeners.withLock { listeners in
            defer { listeners = nil }
            return listeners.map { Array($0.values) } ?? []
        }
        let closed = connection.kind.closedError(connection.description, isSafeToRetry: false)
        streams.failAll(closed)
        requests.failAll(closed) { [connection] subject, inbox in
            StreamControl.cancel.send(to: subject, inbox: inbox, by: connection)
        }
        for listener in open { await listener.drain(deadline: .now) }
        await connection.close(by: .now + connection.configuration.timeout)
    }

    private var isOpen: Bool { listeners.withLock { $0 != nil } }

    private func checkOpen() throws { guard isOpen else { throw connection.closedError } }
}
