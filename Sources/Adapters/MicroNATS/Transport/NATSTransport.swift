// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
public import Logging
public import MicroCore
import NIOCore
import Synchronization

/// The transport on [NATS](https://nats.io) 2.9 and later: go-micro's calls and streams, so that a Go service can call a
/// Swift one and the other way round.
///
/// A listener is a subject that nobody else has, and its address is that subject, without a port. A request is published
/// there, with the subject of the reply; bodies travel in base64 inside of JSON.
///
/// Peers of this toolkit notice each other's death in a stream within ``NATSConfiguration/pingInterval`` and
/// ``NATSConfiguration/timeout``, and at once if NATS knows that nobody listens any more. Those of go-micro are waited for
/// until the deadline, and cannot be held back: the stream of a reader that is too far behind them ends with
/// `resourceExhausted`. A caller that dies while it waits for the answer to a call is noticed at the deadline of the call.
public final class NATSTransport: Transport {
    private let connection: NATSConnectionManager
    private let requests: NATSRequests
    private let streams: NATSStreamInboxes
    private let configuration: NATSConfiguration
    private let logger: Logger
    /// The listeners that were bound here and have not ended; nil once the transport is closed.
    private let listeners = Mutex<[ObjectIdentifier: NATSListener]?>([:])
    private let lastID = Atomic<UInt64>(0)

    /// Creates a transport. Nothing is connected until it is used.
    ///
    /// - Parameters:
    ///   - configuration: Where NATS is. What concerns messages of a broker alone has no meaning here.
    ///   - logger: Told about handlers that fail in unforeseen ways, and about the connection.
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`: an address or a limit cannot be one, or there is a user
    ///   without a password.
    public init(configuration: NATSConfiguration = .init(), logger: Logger = .current) throws {
        do { connection = try NATSConnectionManager(configuration, logger: logger) } catch {
            throw MicroError.natsTransportConfiguration(error)
        }
        self.configuration = configuration
        self.logger = logger
        requests = NATSRequests(connection)
        streams = NATSStreamInboxes(connection)
    }

    deinit { connection.stop() }

    /// `nats`
    public var name: String { "nats" }

    /// Streams, which hold peers of this toolkit back. The envelope of go-micro has no place for several headers of one
    /// name. The largest body follows from what the server takes, less a fourth for base64: 774,144 bytes of its usual
    /// 1 MiB.
    public var capabilities: TransportCapabilities {
        TransportCapabilities(features: [.streams, .backPressure], maxBodySize: limits.maxBodySize)
    }

    private var limits: NATSCallLimits { NATSCallLimits(maxPayload: connection.maxPayload) }

    /// See ``MicroCore/Transport/call(_:to:)``.
    public func call(_ request: TransportRequest, to address: Address) async throws -> TransportResponse {
        try checkOpen()
        try Task.checkCancellation()
        let subject = try NATSSubject.callSubject(address)
        let callDescription = Self.callDescription(request, subject)
        let id = String(lastID.add(1, ordering: .relaxed).newValue)
        let payload = try encoded(request, GoMicroHeaders.identity(id), body: request.body)
        guard request.deadline > .now else {
            throw MicroError.natsDeadlineExceeded(callDescription, isSafeToRetry: true)
        }
        let reply = try await exchange(BrokerMessage(body: payload), subject, callDescription, by: request.deadline)
        guard let envelope = NATSEnvelope(parsing: reply) else { throw MicroError.natsInvalidEnvelope(callDescription) }
        if let error = envelope.fields.error, !error.isEmpty {
            throw MicroError(wireText: error, origin: request.service)
        }
        return TransportResponse(
            contentType: envelope.fields.contentType, headers: envelope.fields.headers, body: envelope.body)
    }

    private func exchange(
        _ message: BrokerMessage, _ subject: String, _ callDescription: String, by deadline: ContinuousClock.Instant
    ) async throws -> ByteBuffer {
        let connection = connection
        let reply: NATSMessage
        do {
            reply = try await requests.request(message, to: subject, by: deadline) { inbox in
                NATSControlMessage.cancel.send(to: subject, inbox: inbox, by: connection)
            }
        } catch {
            guard isOpen else { throw MicroError.natsTransportClosed(connection.description, wasSent: true) }
            throw Self.addingContext(callDescription, MicroError.natsTransport(error))
        }
        switch reply.status {
        case nil: return reply.body
        case 503: throw MicroError.natsNoResponders(callDescription)
        case let status?:
            throw MicroError(
                .unavailable, "\(callDescription): NATS answered \(status) \(reply.reason)",
                origin: MicroError.Origin.transport)
        }
    }

    /// See ``MicroCore/Transport/open(_:to:)``. The stream ends at once if nobody listens at the address.
    public func open(_ request: TransportRequest, to address: Address) async throws -> TransportStream {
        try checkOpen()
        try Task.checkCancellation()
        let subject = try NATSSubject.callSubject(address)
        let callDescription = Self.callDescription(request, subject)
        let streamField = [(name: "Micro-Stream", value: "true")]
        let payload = try encoded(request, streamField, body: ByteBuffer())
        guard request.deadline > .now else {
            throw MicroError.natsDeadlineExceeded(callDescription, isSafeToRetry: true)
        }
        let inbox = try streams.makeInbox()
        let (stream, delegate) = NATSStreamDelegate.make(
            NATSStreamDelegate.Parameters(
                subject: subject, inbox: inbox, service: request.service, name: callDescription,
                fields: GoMicroHeaders.target(of: request) + streamField,
                deadline: request.deadline),
            peer: .unknown, connection: connection)
        do {
            // Before anything can come: a session that is lost from here on ends it.
            _ = try await connection.connected(by: request.deadline)
            streams.add(delegate, at: inbox)
            let opening = BrokerMessage(headers: NATSStreamHeaders(number: 0).headers, body: payload)
            try await connection.send(to: subject, by: request.deadline) { output in
                output.appendPublish(opening, to: subject, reply: inbox)
            }
        } catch {
            streams.remove(inbox)
            delegate.fail(error)
            try checkOpen()
            throw Self.addingContext(callDescription, MicroError.natsTransport(error))
        }
        delegate.start { [weak streams] _ in streams?.remove(inbox) }
        return stream
    }

    /// See ``MicroCore/Transport/bind(to:)``. A listener gets a subject of its own, whatever host and port are asked for;
    /// only one that begins with `_INBOX.` is taken as it is, and refused if somebody listens there.
    public func bind(to address: Address) async throws -> any TransportListener {
        try checkOpen()
        let requested = try NATSSubject.bindSubject(address)
        let deadline = ContinuousClock.now + configuration.timeout
        do {
            if let requested { try await ensureUnused(requested, by: deadline) }
            let listener = try NATSListener(
                subject: requested ?? NATSSubject.makeUnique(), connection: connection, configuration: configuration,
                logger: logger)
            try await listener.start(by: deadline)
            guard register(listener) else {
                await listener.drain(deadline: .now)
                throw MicroError.natsTransportClosed(connection.description)
            }
            return listener
        } catch {
            try checkOpen()
            throw MicroError.natsTransport(error)
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

    /// Asks whether somebody listens at a subject.
    private func ensureUnused(_ subject: String, by deadline: ContinuousClock.Instant) async throws {
        let ping = BrokerMessage(body: ByteBuffer(string: "ping"))
        let reply = try await requests.request(ping, to: NATSControlMessage.subject(of: subject), by: deadline)
        guard reply.status == 503 else {
            throw MicroError(
                .unavailable, "cannot listen at \(subject): somebody does already", origin: MicroError.Origin.transport,
                isSafeToRetry: true)
        }
    }

    /// See ``MicroCore/Transport/close()``. Calls and streams in flight end with `closed`, and those of the listeners are
    /// cut off.
    public func close() async {
        let open = listeners.withLock { listeners in
            defer { listeners = nil }
            return listeners.map { Array($0.values) } ?? []
        }
        let closed = MicroError.natsTransportClosed(connection.description, wasSent: true)
        streams.failAll(closed)
        requests.endAll(closed) { [connection] subject, inbox in
            NATSControlMessage.cancel.send(to: subject, inbox: inbox, by: connection)
        }
        for listener in open { await listener.drain(deadline: .now) }
        await connection.close(by: .now + configuration.timeout)
    }

    /// Loses the connection for ever without a word to anybody, for tests: as when the process is killed.
    func simulateCrash() { connection.stop() }

    private var isOpen: Bool { listeners.withLock { $0 != nil } }

    private func checkOpen() throws {
        guard isOpen else { throw MicroError.natsTransportClosed(connection.description) }
    }

    private func encoded(
        _ request: TransportRequest, _ kind: GoMicroHeaders.Fields, body: ByteBuffer
    ) throws -> ByteBuffer {
        let target = GoMicroHeaders.target(of: request)
        try NATSCallLimits.check(target)
        try NATSCallLimits.check(request.headers)
        let fields = target + kind + GoMicroHeaders.remainingTime(until: request.deadline) + request.headers
        return try limits.encoded(fields, body: body, of: "request")
    }

    private static func callDescription(_ request: TransportRequest, _ subject: String) -> String {
        "\(request.service) \(request.endpoint) at \(subject)"
    }

    /// Says which call an error of the connection is about.
    private static func addingContext(_ callDescription: String, _ error: any Error) -> any Error {
        guard var error = error as? MicroError else { return error }
        if error.code == .deadlineExceeded {
            return MicroError.natsDeadlineExceeded(callDescription, isSafeToRetry: error.isSafeToRetry)
        }
        error.message = "\(callDescription): \(error.message)"
        return error
    }
}

/// The subjects that are addresses.
enum NATSSubject {
    private static let inbox = "_INBOX."

    /// One that nobody else has.
    static func makeUnique() -> String { inbox + NATSName.unique() }

    /// Where to publish to for an address.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`.
    static func callSubject(_ address: Address) throws -> String {
        guard address.port ?? 0 == 0, isSubject(address.host) else {
            throw MicroError(
                .invalidArgument,
                "\(NameRules.quoted(address.description)) cannot be called by NATS: expected a subject such as _INBOX.x, and "
                    + "no port", origin: MicroError.Origin.transport, isSafeToRetry: true)
        }
        return address.host
    }

    /// The subject that is asked for; nil for any.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`.
    static func bindSubject(_ address: Address) throws -> String? {
        let isRequested = address.host.hasPrefix(inbox)
        guard (0...65535).contains(address.port ?? 0), !address.host.isEmpty,
            !isRequested || (isSubject(address.host) && address.port ?? 0 == 0)
        else {
            throw MicroError(
                .invalidArgument,
                "cannot listen at \(NameRules.quoted(address.description)): expected a subject such as _INBOX.x without a "
                    + "port, or any host and port, which are not used", origin: MicroError.Origin.transport,
                isSafeToRetry: true)
        }
        return isRequested ? address.host : nil
    }

    /// Tokens of letters, digits, `_`, `:` and `-` with dots between: no wildcard, and nothing that ends a command. It is
    /// not the subject of what peers say beside messages.
    private static func isSubject(_ text: String) -> Bool {
        guard (1...TopicRules.maxTopicLength).contains(text.utf8.count), NATSControlMessage.owner(of: text) == nil
        else {
            return false
        }
        return text.utf8.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { token in
            !token.isEmpty
                && token.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D, 0x3A: true
                    default: false
                    }
                }
        }
    }
}
