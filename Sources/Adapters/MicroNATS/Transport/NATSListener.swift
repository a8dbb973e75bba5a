// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import Logging
import MicroCore
import NIOCore
import Synchronization

/// The server side of the NATS transport: a subject, and the calls and streams that arrive at it.
final class NATSListener: TransportListener {
    private enum Phase {
        /// Messages are queued.
        case bound
        case running(TransportHandler, TransportStreamLookup)
        /// New calls are refused; those in flight continue.
        case draining
        case ended
    }

    private struct State {
        var phase = Phase.bound
        /// Messages that arrived before the listener ran.
        var queuedMessages: [NATSMessage] = []
        /// By the client's inbox. Several calls from one inbox have different IDs.
        var calls: [String: [NATSServerCall]] = [:]
        var streams: [String: NATSServerStream] = [:]
        /// The number of calls and streams.
        var sessionCount = 0
        /// Inboxes of go-micro clients whose streams have ended: late messages from there open no new ones.
        var closedInboxes = NATSClosedInboxes()
        var drainers: [Promise<Void>] = []
        var subscriptions: [NATSSubscription] = []
        var observerID: UInt64?
        var onEnd: (@Sendable () -> Void)?
    }

    /// The maximum number of concurrent calls and streams.
    static let maxSessions = 4096
    /// The maximum number of messages that are queued until the listener runs. Each may have the largest payload.
    static let maxQueuedMessages = 64
    /// The deadline of a request that carries none.
    private static let defaultDeadline = Duration.seconds(30)
    /// The maximum duration of a go-micro client's stream, which has no deadline. go-micro clients before v1.9 do not report
    /// the end of a stream, and a client that dies is not detected.
    private static let goMicroStreamLimit = Duration.seconds(24 * 3600)

    let address: Address
    let connection: NATSConnectionManager
    private let subject: String
    private let logger: Logger
    private let state = Mutex(State())
    private let hasEnded = Promise<Void>()

    init(subject: String, connection: NATSConnectionManager, logger: Logger) {
        self.subject = subject
        self.connection = connection
        self.logger = logger
        address = Address(host: subject)
    }

    // MARK: Start and end

    /// Subscribes, and returns when the subscription is in effect.
    func start(by deadline: ContinuousClock.Instant) async throws {
        let requests = try connection.subscribe(subject) { [weak self] messages in
            for message in messages { self?.receive(message) }
        }
        // The address in a registry has the port 0, and go-micro's Consul registry since v1.18 appends it.
        let requestsWithPort = try connection.subscribe(subject + ":0") { [weak self] messages in
            for message in messages { self?.receive(message) }
        }
        let controls = try connection.subscribe(NATSControlMessage.subject(of: subject)) { [weak self] messages in
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
    func onEnd(_ action: @escaping @Sendable () -> Void) {
        let hasEnded = state.withLock { state in
            if case .ended = state.phase { return true }
            state.onEnd = action
            return false
        }
        if hasEnded { action() }
    }

    func run(_ handler: @escaping TransportHandler, streams: @escaping TransportStreamLookup) async throws {
        let queuedMessages = try state.withLock { state in
            guard case .bound = state.phase else {
                throw MicroError(
                    .closed, "the listener at \(subject) has already run", origin: MicroError.Origin.transport)
            }
            state.phase = .running(handler, streams)
            defer { state.queuedMessages = [] }
            return state.queuedMessages
        }
        for message in queuedMessages { receive(message) }
        await withTaskCancellationHandler {
            try? await hasEnded.uncancellableValue()
        } onCancel: {
            abort()
            end()
        }
    }

    func drain(deadline: ContinuousClock.Instant) async {
        let queuedMessages = state.withLock { state in
            if case .ended = state.phase { return [NATSMessage]() }
            state.phase = .draining
            defer { state.queuedMessages = [] }
            return state.queuedMessages
        }
        for message in queuedMessages { receive(message) }
        let timeoutError = MicroError(
            .deadlineExceeded, "calls are still running", origin: MicroError.Origin.transport)
        try? await withCancellationShield(limit: deadline - .now, orThrow: timeoutError) {
            try await self.waitForSessions()
        }
        abort()
        end()
        // The last replies have to leave.
        await connection.flush(by: .now + min(connection.configuration.timeout, .seconds(1)))
    }

    private func waitForSessions() async throws {
        let promise = Promise<Void>()
        let isIdle = state.withLock { state in
            if state.sessionCount > 0 { state.drainers.append(promise) }
            return state.sessionCount == 0
        }
        if !isIdle { try await promise.value() }
    }

    /// Cancels the running calls and streams, and notifies their callers.
    private func abort() {
        let (calls, streams) = state.withLock { state in
            state.phase = .draining
            return (state.calls.values.flatMap(\.self), Array(state.streams.values))
        }
        for call in calls {
            call.cancel()
            if call.claimReply() {
                sendError(call.cancellationError, call.inbox, contentType: call.request.contentType, id: call.id)
            }
        }
        for stream in streams { stream.abort() }
    }

    /// Unsubscribes.
    private func end() {
        let (subscriptions, observerID, action) = state.withLock { state in
            state.phase = .ended
            defer { (state.subscriptions, state.observerID, state.onEnd) = ([], nil, nil) }
            return (state.subscriptions, state.observerID, state.onEnd)
        }
        for subscription in subscriptions { connection.unsubscribe(subscription) }
        if let observerID { connection.removeObserver(observerID) }
        action?()
        hasEnded.resolve()
    }

    // MARK: Receiving, on the thread of the connection

    private func receive(_ message: NATSMessage) {
        // A message without an inbox cannot be answered. go-micro always sends one.
        guard let inbox = message.reply, message.status == nil else { return }
        if let stream = state.withLock({ $0.streams[inbox] }) { return stream.delegate.receive(message) }
        let streamHeaders = NATSStreamHeaders(message.headers)
        // A later message of a stream that has ended here.
        if let streamHeaders, streamHeaders.number > 0 { return }
        guard let envelope = NATSEnvelope(parsing: message.body) else {
            return sendError(
                MicroError(
                    .invalidArgument,
                    "the message is not in go-micro's format: expected JSON with Header and Body",
                    origin: MicroError.Origin.server), inbox)
        }
        // The end of a call or stream that has ended here.
        if envelope.fields.error?.isEmpty == false { return }
        begin(message, envelope, from: inbox, isSwiftMicro: streamHeaders != nil)
    }

    private func begin(_ message: NATSMessage, _ envelope: NATSEnvelope, from inbox: String, isSwiftMicro: Bool) {
        let id = envelope.callID
        do throws(MicroError) {
            var request = try envelope.fields.request(defaultTimeout: Self.defaultDeadline)
            guard let (handler, streams) = try admit(message, for: request) else { return }
            // The endpoint decides whether this is a call or a stream: go-micro forwards the headers of incoming requests, so
            // that its calls may carry Micro-Stream and its streams may carry Micro-Id.
            if let handler = streams(request.endpoint) {
                guard isSwiftMicro || !state.withLock({ $0.closedInboxes.contains(inbox) }) else {
                    return sessionEnded()
                }
                // go-micro sends the timeout of calls on streams too, and does not end them by it.
                if !isSwiftMicro { request.deadline = .now + Self.goMicroStreamLimit }
                return open(request, from: inbox, id: id, isSwiftMicro: isSwiftMicro, handler)
            }
            guard !isSwiftMicro else {
                sessionEnded()
                throw MicroError.streamNotFound(request)
            }
            request.body = envelope.body
            call(request, from: inbox, id: id, handler)
        } catch {
            sendError(error, inbox, contentType: envelope.fields.contentType, id: id)
        }
    }

    /// Counts a new call or stream, or queues its message until the listener runs.
    ///
    /// - Returns: The handlers; nil if the message was queued.
    private func admit(_ message: NATSMessage, for request: TransportRequest) throws(MicroError) -> (
        TransportHandler, TransportStreamLookup
    )? {
        let name = "\(request.service) at \(subject)"
        let result = state.withLock { state -> Result<(TransportHandler, TransportStreamLookup)?, MicroError> in
            guard state.sessionCount < Self.maxSessions else {
                return .failure(Self.limitError("\(name) has \(Self.maxSessions) calls and streams in progress"))
            }
            switch state.phase {
            case .bound:
                guard state.queuedMessages.count < Self.maxQueuedMessages else {
                    return .failure(
                        Self.limitError(
                            "\(name) has not started to serve, and \(Self.maxQueuedMessages) calls are queued"))
                }
                state.queuedMessages.append(message)
                return .success(nil)
            case .running(let handler, let streams):
                state.sessionCount += 1
                return .success((handler, streams))
            case .draining, .ended:
                return .failure(
                    MicroError(.unavailable, "\(name) is stopping", origin: MicroError.Origin.server))
            }
        }
        return try result.get()
    }

    private static func limitError(_ problem: String) -> MicroError {
        MicroError(
            .resourceExhausted, "\(problem), which is the limit: try another instance",
            origin: MicroError.Origin.server)
    }

    private func receiveControl(_ message: NATSMessage) {
        guard let inbox = message.reply.flatMap(NATSControlMessage.owner), let control = NATSControlMessage(message)
        else {
            // A request whether this subject is in use.
            if let reply = message.reply, message.status == nil {
                let pong = BrokerMessage(body: ByteBuffer(string: "pong"))
                connection.sendControl { $0.appendPublish(pong, to: reply) }
            }
            return
        }
        let (stream, calls) = state.withLock { ($0.streams[inbox], $0.calls[inbox] ?? []) }
        if let stream { return stream.delegate.receiveControl(message) }
        if control == .cancel {
            for call in calls {
                call.cancel()
                // The caller expects no reply any more.
                _ = call.claimReply()
            }
        }
        if control == .ping { (calls.isEmpty ? NATSControlMessage.gone : .pong).send(to: inbox, by: connection) }
    }

    /// Messages on a lost connection may be lost.
    private func failStreams() {
        let streams = state.withLock { Array($0.streams.values) }
        for stream in streams { stream.delegate.fail(MicroError.natsConnectionLost(stream.delegate.parameters.name)) }
    }

    // MARK: Calls and streams

    private func call(
        _ request: TransportRequest, from inbox: String, id: NATSCallID, _ handler: @escaping TransportHandler
    ) {
        let call = NATSServerCall(request, inbox: inbox, id: id)
        state.withLock { $0.calls[inbox, default: []].append(call) }
        call.run { [self] in
            let payload = await makeResponse(call, handler)
            if call.claimReply() { await send(payload, to: inbox) }
            state.withLock { state in
                state.calls[inbox]?.removeAll { $0 === call }
                if state.calls[inbox]?.isEmpty == true { state.calls[inbox] = nil }
            }
            sessionEnded()
        }
    }

    private func open(
        _ request: TransportRequest, from inbox: String, id: NATSCallID, isSwiftMicro: Bool,
        _ handler: @escaping TransportStreamHandler
    ) {
        let stream = NATSServerStream(
            request, inbox: inbox, id: id, subject: subject, isSwiftMicro: isSwiftMicro, connection: connection)
        state.withLock { $0.streams[inbox] = stream }
        stream.run { [self] error in
            if let error, !(error is MicroError || error is CancellationError) {
                log("a handler failed", error, request)
            }
            state.withLock { state in
                if state.streams[inbox] === stream { state.streams[inbox] = nil }
                if !isSwiftMicro { state.closedInboxes.insert(inbox) }
            }
            sessionEnded()
        } handler: {
            try await handler(request, $0)
        }
    }

    /// Uncounts a call or stream.
    private func sessionEnded() {
        let drainers = state.withLock { state in
            state.sessionCount -= 1
            guard state.sessionCount == 0 else { return [Promise<Void>]() }
            defer { state.drainers = [] }
            return state.drainers
        }
        for drainer in drainers { drainer.resolve() }
    }

    func log(_ message: Logger.Message, _ error: any Error, _ request: TransportRequest) {
        logger.error(
            message,
            metadata: ["service": "\(request.service)", "endpoint": "\(request.endpoint)", "error": "\(error)"])
    }
}
