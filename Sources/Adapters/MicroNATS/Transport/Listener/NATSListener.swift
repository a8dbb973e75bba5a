// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import Logging
import MessageTransport
import MicroCore
import NIOCore
import Synchronization

/// The server side of the NATS transport: receives the calls and streams that are sent to a subject.
final class NATSListener: TransportListener {
    private struct State {
        /// The calls in flight, by the client's inbox. A client may send all its calls from one.
        var calls: [String: [ObjectIdentifier: NATSServerCall]] = [:]
        var streams: [String: NATSServerStream] = [:]
        /// Inboxes of go-micro clients whose streams have ended: late messages from them do not open new streams.
        var closedInboxes = RecentKeys()
        var subscriptions: [NATSSubscription] = []
        var observerID: UInt64?
        /// Why the server refuses the subscription to the subject; nil if it does not.
        var refusal: MicroError?
    }

    /// The timeout of a request without a deadline.
    private static let defaultTimeout = Duration.seconds(30)
    /// The maximum duration of a go-micro client's stream, which has no deadline. go-micro clients before v1.9 do not report
    /// the end of a stream, and a client that dies is not detected.
    private static let maxGoMicroStreamDuration = Duration.seconds(24 * 3600)

    let address: Address
    let connection: NATSConnectionManager
    private let subject: String
    private let logger: Logger
    let lifecycle: ListenerLifecycle<NATSMessage>
    private let state = Mutex(State())

    init(subject: String, connection: NATSConnectionManager, logger: Logger) {
        self.subject = subject
        self.connection = connection
        self.logger = logger
        address = Address(host: subject)
        lifecycle = ListenerLifecycle(address: address)
    }

    /// Why there is no connection, or why the server refuses the subscription, such as a permission that was revoked.
    /// Both are retried with backoff.
    var problem: MicroError? { connection.outage ?? state.withLock(\.refusal) }

    // MARK: Start and end

    /// Subscribes, and returns when the subscription is in effect.
    func start(by deadline: ContinuousClock.Instant) async throws {
        let requests = try connection.subscribe(
            subject, onRefusal: { [weak self] error in self?.state.withLock { $0.refusal = error } },
            receive: { [weak self] messages in
                for message in messages { self?.receive(message) }
            })
        // The address in a registry has the port 0, and go-micro's Consul registry since v1.18 appends it.
        let requestsWithPort = try connection.subscribe(subject + ":0") { [weak self] messages in
            for message in messages { self?.receive(message) }
        }
        let controls = try connection.subscribe(StreamControl.subject(of: subject)) { [weak self] messages in
            for message in messages { self?.receiveControl(message) }
        }
        let observerID = connection.addObserver { [weak self] event in
            if case .disconnected = event { self?.failStreams() }
        }
        state.withLock { ($0.subscriptions, $0.observerID) = ([requests, requestsWithPort, controls], observerID) }
        do { try await connection.confirm(requests, by: deadline) } catch {
            end()
            throw error
        }
    }

    /// Calls the action when the listener has ended.
    func onEnd(_ action: @escaping @Sendable () -> Void) { lifecycle.onEnd(action) }

    func run(_ handler: @escaping TransportHandler, streams: @escaping TransportStreamLookup) async throws {
        try await lifecycle.run((handler, streams)) { inbox, message in
            handle(message, from: inbox)
        } cancel: {
            self.abort()
            self.end()
        }
    }

    func drain(deadline: ContinuousClock.Instant) async {
        await lifecycle.drain(deadline: deadline) { inbox, message in handle(message, from: inbox) }
        abort()
        let flushDeadline = ContinuousClock.now + min(connection.configuration.timeout, .seconds(1))
        // Refuses calls that NATS has sent before it processes the end of the subscriptions. Without a response, they
        // would wait for their deadlines.
        for subscription in state.withLock(\.subscriptions) { connection.stopDelivery(of: subscription) }
        await connection.flush(by: flushDeadline)
        end()
        // Flushes the last replies.
        await connection.flush(by: flushDeadline)
    }

    /// Cancels the calls and streams in flight, and notifies their callers.
    private func abort() {
        lifecycle.abort()
        let (calls, streams) = state.withLock { state in
            (state.calls.values.flatMap(\.values), Array(state.streams.values))
        }
        for call in calls { abort(call) }
        for stream in streams { stream.abort() }
    }

    private func abort(_ call: NATSServerCall) {
        call.cancel()
        if call.claimReply() { sendError(call.cancellationError, to: call.request, call.inbox, id: call.id) }
    }

    /// Unsubscribes.
    private func end() {
        let (subscriptions, observerID) = state.withLock { state in
            defer { (state.subscriptions, state.observerID) = ([], nil) }
            return (state.subscriptions, state.observerID)
        }
        for subscription in subscriptions { connection.unsubscribe(subscription) }
        if let observerID { connection.removeObserver(observerID) }
        lifecycle.end()
    }

    // MARK: Receiving, on the thread of the connection

    private func receive(_ message: NATSMessage) {
        // A message without an inbox cannot get a response. go-micro always sends an inbox.
        guard let inbox = message.reply, message.status == nil else { return }
        if lifecycle.queueFollowing(message, of: inbox) { return }
        handle(message, from: inbox)
    }

    private func handle(_ message: NATSMessage, from inbox: String) {
        if let stream = state.withLock({ $0.streams[inbox] }) { return stream.delegate.receive(message) }
        let streamHeaders = NATSStreamHeaders(message.headers)
        // Ignore later messages of a stream that has ended on this side.
        if let streamHeaders, streamHeaders.number > 0 { return }
        guard let envelope = NATSEnvelope(parsing: message.body) else {
            return sendError(
                MicroError(
                    .invalidArgument,
                    "the message is not in go-micro's format: expected JSON with Header and Body",
                    origin: MicroError.Origin.server), to: nil, inbox)
        }
        // Ignore the end of a call or stream that has already ended on this side.
        if envelope.fields.error?.isEmpty == false { return }
        begin(message, envelope, from: inbox, isSwiftMicro: streamHeaders != nil)
    }

    private func begin(_ message: NATSMessage, _ envelope: NATSEnvelope, from inbox: String, isSwiftMicro: Bool) {
        let id = envelope.callID
        var request: TransportRequest?
        do throws(MicroError) {
            let received = try envelope.fields.request(body: envelope.body, defaultTimeout: Self.defaultTimeout)
            request = received
            guard let (handler, streams) = try lifecycle.admit(message, of: inbox, for: received) else { return }
            // The endpoint decides whether this is a call or a stream: go-micro forwards the headers of incoming
            // requests, so its calls may have Micro-Stream and its streams may have Micro-Id.
            let legacyEnvelope = LegacyRPCEnvelope(received)
            if let handler = streams(legacyEnvelope?.endpoint ?? received.endpoint) {
                guard isSwiftMicro || !state.withLock({ $0.closedInboxes.contains(inbox) }) else {
                    return lifecycle.sessionEnded()
                }
                let opening = NATSStreamOpening(
                    received, legacyEnvelope, inbox: inbox, id: id, isSwiftMicro: isSwiftMicro,
                    maxDuration: Self.maxGoMicroStreamDuration)
                return open(opening, handler)
            }
            guard !isSwiftMicro else {
                lifecycle.sessionEnded()
                throw MicroError.streamNotFound(received)
            }
            call(received, from: inbox, id: id, handler)
        } catch {
            sendError(error, to: request, inbox, id: id)
        }
    }

    private func receiveControl(_ message: NATSMessage) {
        guard let inbox = message.reply.flatMap(StreamControl.owner), let control = StreamControl(message)
        else {
            // Respond to a check whether this subject is in use.
            if let reply = message.reply, message.status == nil {
                let pong = BrokerMessage(body: ByteBuffer(string: "pong"))
                connection.sendControl { $0.appendPublish(pong, to: reply) }
            }
            return
        }
        if control == .cancel { lifecycle.removeQueued(inbox) }
        // Read before `calls`: a call stays marked as queued until it was added there, so it is found in one of them.
        let isQueued = lifecycle.isQueued(inbox)
        let (stream, calls) = state.withLock { ($0.streams[inbox], $0.calls[inbox] ?? [:]) }
        if let stream { return stream.delegate.receiveControl(message) }
        if control == .cancel {
            for call in calls.values {
                call.cancel()
                // The caller no longer expects a reply.
                _ = call.claimReply()
            }
        }
        if control == .ping {
            let isKnown = isQueued || !calls.isEmpty
            (isKnown ? StreamControl.pong : .gone).send(to: inbox, by: connection)
        }
    }

    /// Ends all streams with an error, because messages on a lost connection may be lost.
    private func failStreams() {
        let streams = state.withLock { Array($0.streams.values) }
        for stream in streams { stream.delegate.failConnectionLost() }
    }

    // MARK: Calls and streams

    private func call(
        _ request: TransportRequest, from inbox: String, id: NATSCallID, _ handler: @escaping TransportHandler
    ) {
        let call = NATSServerCall(request, inbox: inbox, id: id)
        state.withLock { $0.calls[inbox, default: [:]][ObjectIdentifier(call)] = call }
        call.run { [self] in
            let payload = await makeResponse(call, handler)
            if call.claimReply() { await send(payload, to: inbox) }
            state.withLock { state in
                state.calls[inbox]?[ObjectIdentifier(call)] = nil
                if state.calls[inbox]?.isEmpty == true { state.calls[inbox] = nil }
            }
            lifecycle.sessionEnded()
        }
        if lifecycle.isAborted { abort(call) }
    }

    private func open(_ opening: NATSStreamOpening, _ handler: @escaping TransportStreamHandler) {
        let inbox = opening.inbox
        let stream = NATSServerStream(opening, subject: subject, connection: connection)
        state.withLock { $0.streams[inbox] = stream }
        stream.run { [self] error in
            if let error, !(error is MicroError || error is CancellationError) {
                log("a handler failed", error, opening.request)
            }
            state.withLock { state in
                if state.streams[inbox] === stream { state.streams[inbox] = nil }
                if !opening.isSwiftMicro { state.closedInboxes.insert(inbox) }
            }
            lifecycle.sessionEnded()
        } handler: {
            try await handler(opening.request, $0)
        }
        if lifecycle.isAborted { stream.abort() }
    }

    func log(_ message: Logger.Message, _ error: any Error, _ request: TransportRequest) {
        logger.error(
            message,
            metadata: ["service": "\(request.service)", "endpoint": "\(request.endpoint)", "cause": "\(error)"])
    }
}
