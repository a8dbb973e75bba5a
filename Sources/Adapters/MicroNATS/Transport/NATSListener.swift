// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import GoMicroWire
import Logging
import MicroCore
import NIOCore
import Synchronization

/// The answering side of the NATS transport: a subject, and the calls and streams that come in by it.
final class NATSListener: TransportListener {
    private enum Phase {
        /// Calls wait.
        case bound
        case running(TransportHandler, TransportStreamLookup)
        /// Calls are refused; those in flight go on.
        case draining
        case ended
    }

    private struct State {
        var phase = Phase.bound
        /// What came before the listener ran.
        var queuedMessages: [NATSMessage] = []
        /// By the client's inbox; several of one inbox are told apart by their number.
        var calls: [String: [NATSServerCall]] = [:]
        var streams: [String: NATSServerStream] = [:]
        var count = 0
        /// Inboxes of go-micro's clients whose streams are over: what still comes from there opens none.
        var closedInboxes: Set<String> = []
        /// The same, the oldest first.
        var closedInboxesInOrder: Deque<String> = []
        var runner: CheckedContinuation<Void, Never>?
        var drainers: [CheckedContinuation<Void, Never>] = []
        var subscriptions: [NATSSubscription] = []
        var observerID: UInt64?
        var onEnd: (@Sendable () -> Void)?
    }

    /// How many calls and streams there may be at a time.
    static let maxSessions = 4096
    /// How many may wait for the listener to run: each may hold the largest payload.
    static let maxQueuedMessages = 64
    private static let maxClosedInboxes = 1024
    /// The deadline of a request that carries none.
    private static let defaultDeadline = Duration.seconds(30)

    let address: Address
    private let subject: String
    private let connection: NATSConnectionManager
    private let configuration: NATSConfiguration
    private let logger: Logger
    private let state = Mutex(State())

    init(subject: String, connection: NATSConnectionManager, configuration: NATSConfiguration, logger: Logger) throws {
        self.subject = subject
        self.connection = connection
        self.configuration = configuration
        self.logger = logger
        address = Address(host: subject)
    }

    /// Subscribes, and returns when that is in effect.
    func start(by deadline: ContinuousClock.Instant) async throws {
        let subscriptions = try [
            connection.subscribe(subject) { [weak self] messages in for message in messages { self?.receive(message) }
            },
            connection.subscribe(NATSControlMessage.subject(of: subject)) { [weak self] messages in
                for message in messages { self?.receiveControl(message) }
            },
        ]
        let observerID = connection.addSessionObserver { [weak self] session in
            if session == nil { self?.connectionLost() }
        }
        state.withLock { ($0.subscriptions, $0.observerID) = (subscriptions, observerID) }
        do {
            try await connection.confirm(by: deadline)
            if let error = connection.denial(ofSubscriptionTo: subject) { throw error }
        } catch {
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
                    .closed, "the listener at \(subject) ran already", origin: MicroError.Origin.transport)
            }
            state.phase = .running(handler, streams)
            defer { state.queuedMessages = [] }
            return state.queuedMessages
        }
        for message in queuedMessages { receive(message) }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let hasEnded = state.withLock { state in
                    if case .ended = state.phase { return true }
                    state.runner = continuation
                    return false
                }
                if hasEnded { continuation.resume() }
            }
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
        let late = MicroError(.deadlineExceeded, "calls are still running", origin: MicroError.Origin.transport)
        do {
            try await withCancellationShield(limit: deadline - .now, orThrow: late) { await self.allSessionsEnd() }
        } catch {}
        abort()
        end()
        // What was answered at last has left.
        await connection.flush(by: .now + min(configuration.timeout, .seconds(1)))
    }

    private func allSessionsEnd() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.count == 0 { return true }
                state.drainers.append(continuation)
                return false
            }
            if isIdle { continuation.resume() }
        }
    }

    /// Ends what still runs, and tells the callers.
    private func abort() {
        let (calls, streams) = state.withLock { state in
            state.phase = .draining
            return (state.calls.values.flatMap(\.self), Array(state.streams.values))
        }
        for call in calls {
            call.cancel()
            respond(call.cancellationError, to: call)
        }
        for stream in streams { stream.abort() }
    }

    /// Takes nothing any more.
    private func end() {
        let (subscriptions, observerID, runner, action) = state.withLock { state in
            state.phase = .ended
            defer { (state.subscriptions, state.observerID, state.runner, state.onEnd) = ([], nil, nil, nil) }
            return (state.subscriptions, state.observerID, state.runner, state.onEnd)
        }
        for subscription in subscriptions { connection.unsubscribe(subscription) }
        if let observerID { connection.removeSessionObserver(observerID) }
        action?()
        runner?.resume()
    }

    // MARK: What comes, on the thread of the connection

    private func receive(_ message: NATSMessage) {
        // Who gives no inbox cannot be answered; go-micro always does.
        guard let inbox = message.reply, message.status == nil else { return }
        if let stream = state.withLock({ $0.streams[inbox] }) { return stream.delegate.receive(message) }
        let streamHeaders = NATSStreamHeaders(message.headers)
        // The rest of a stream that is over here.
        if let streamHeaders, streamHeaders.number > 0 { return }
        guard let envelope = NATSEnvelope(parsing: message.body) else {
            return sendError(
                MicroError(
                    .invalidArgument, "this is no message of go-micro's transport: expected JSON with Header and Body",
                    origin: MicroError.Origin.server), inbox)
        }
        // The end of something that is over already.
        if envelope.fields.error?.isEmpty == false { return }
        if streamHeaders == nil, envelope.fields.canOpenStream, state.withLock({ $0.closedInboxes.contains(inbox) }) {
            return
        }
        begin(message, envelope, from: inbox, isSwiftMicro: streamHeaders != nil)
    }

    private func begin(_ message: NATSMessage, _ envelope: NATSEnvelope, from inbox: String, isSwiftMicro: Bool) {
        let id = envelope.fields.id
        do throws(MicroError) {
            var request = try envelope.fields.request(defaultDeadline: Self.defaultDeadline)
            let serviceDescription = "\(request.service) at \(subject)"
            let admission = state.withLock { state -> Result<(TransportHandler, TransportStreamLookup)?, MicroError> in
                guard state.count < Self.maxSessions else {
                    return .failure(
                        Self.tooMany("\(serviceDescription) has \(Self.maxSessions) calls and streams in hand"))
                }
                switch state.phase {
                case .bound:
                    guard state.queuedMessages.count < Self.maxQueuedMessages else {
                        return .failure(
                            Self.tooMany(
                                "\(serviceDescription) has not begun to serve, and \(Self.maxQueuedMessages) calls wait"
                            ))
                    }
                    state.queuedMessages.append(message)
                    return .success(nil)
                case .running(let handler, let streams):
                    state.count += 1
                    return .success((handler, streams))
                case .draining, .ended: return .failure(Self.stopping(serviceDescription))
                }
            }
            guard let (handler, streams) = try admission.get() else { return }
            if envelope.fields.canOpenStream {
                if let handler = streams(request.endpoint) {
                    return open(request, from: inbox, isSwiftMicro: isSwiftMicro, handler)
                }
                guard envelope.fields.stream == nil else {
                    sessionEnded()
                    throw MicroError.streamNotFound(request)
                }
            }
            request.body = envelope.body
            call(request, from: inbox, id: id, handler)
        } catch {
            sendError(error, inbox, contentType: envelope.fields.contentType, id: id)
        }
    }

    private func receiveControl(_ message: NATSMessage) {
        guard let inbox = message.reply.flatMap(NATSControlMessage.owner), let control = NATSControlMessage(message)
        else {
            // Somebody wants to know whether there is somebody here.
            if let reply = message.reply, message.status == nil {
                let pong = BrokerMessage(body: ByteBuffer(string: "pong"))
                connection.sendIfConnected { $0.appendPublish(pong, to: reply) }
            }
            return
        }
        let (stream, calls) = state.withLock { ($0.streams[inbox], $0.calls[inbox] ?? []) }
        if let stream { return stream.delegate.receiveControl(message) }
        if control == .cancel {
            for call in calls {
                call.cancel()
                // Nobody wants to know any more.
                _ = call.claimReply()
            }
        }
        if control == .ping { (calls.isEmpty ? NATSControlMessage.gone : .pong).send(to: inbox, by: connection) }
    }

    private func connectionLost() {
        let streams = state.withLock { Array($0.streams.values) }
        for stream in streams { stream.delegate.fail(MicroError.natsConnectionLost(stream.delegate.parameters.name)) }
    }

    // MARK: Calls

    private func call(
        _ request: TransportRequest, from inbox: String, id: String?, _ handler: @escaping TransportHandler
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

    /// Runs the handler, and writes what comes of it.
    private func makeResponse(_ call: NATSServerCall, _ handler: TransportHandler) async -> ByteBuffer {
        do {
            let response = try await handler(call.request)
            do {
                return try encoded(response, id: call.id)
            } catch {
                log("a response cannot be sent", error, call.request)
                let code =
                    (error as? MicroError)?.code == .payloadTooLarge ? MicroError.Code.payloadTooLarge : .internal
                let text = (error as? MicroError)?.message ?? "\(error)"
                return failure(
                    MicroError(
                        code, "the response cannot be sent: \(text)", origin: MicroError.Origin.server, cause: error),
                    contentType: call.request.contentType, id: call.id)
            }
        } catch {
            if !(error is MicroError || error is CancellationError) { log("a handler failed", error, call.request) }
            return failure(
                MicroError(respondingTo: call.request, with: error), contentType: call.request.contentType, id: call.id)
        }
    }

    private func encoded(_ response: TransportResponse, id: String?) throws -> ByteBuffer {
        try NATSCallLimits.check(response.headers)
        var fields = GoMicroHeaders.identity(id)
        if !response.contentType.isEmpty { fields.append(("Content-Type", response.contentType)) }
        let limits = NATSCallLimits(maxPayload: connection.maxPayload)
        return try limits.encoded(fields + response.headers, body: response.body, of: "response")
    }

    private func failure(_ error: MicroError, contentType: String, id: String?) -> ByteBuffer {
        var fields = GoMicroHeaders.identity(id) + GoMicroHeaders.error(error.wireText)
        if !contentType.isEmpty { fields.append(("Content-Type", contentType)) }
        return NATSEnvelope.encoded(fields)
    }

    private func send(_ payload: ByteBuffer, to inbox: String) async {
        let payload = BrokerMessage(body: payload)
        if connection.trySend({ $0.appendPublish(payload, to: inbox) }) { return }
        // The caller may be on a connection that works: what cannot leave now leaves with the next one, whether the
        // handler was cancelled or not.
        let (connection, deadline) = (connection, ContinuousClock.now + configuration.timeout)
        let sending = Task { try await connection.send(by: deadline) { $0.appendPublish(payload, to: inbox) } }
        do { try await sending.value } catch {
            logger.debug("an answer cannot be sent", metadata: ["error": "\(error)"])
        }
    }

    private func respond(_ error: MicroError, to call: NATSServerCall) {
        guard call.claimReply() else { return }
        sendError(error, call.inbox, contentType: call.request.contentType, id: call.id)
    }

    /// Answers at once, with an error.
    private func sendError(_ error: MicroError, _ inbox: String, contentType: String = "", id: String? = nil) {
        let payload = BrokerMessage(body: failure(error, contentType: contentType, id: id))
        connection.sendIfConnected { $0.appendPublish(payload, to: inbox) }
    }

    // MARK: Streams

    private func open(
        _ request: TransportRequest, from inbox: String, isSwiftMicro: Bool, _ handler: @escaping TransportStreamHandler
    ) {
        let stream = NATSServerStream(
            request, inbox: inbox, subject: subject, isSwiftMicro: isSwiftMicro, connection: connection)
        state.withLock { $0.streams[inbox] = stream }
        stream.run { [self] error in
            if let error, !(error is MicroError || error is CancellationError) {
                log("a handler failed", error, request)
            }
            state.withLock { state in
                if state.streams[inbox] === stream { state.streams[inbox] = nil }
                guard !isSwiftMicro else { return }
                if state.closedInboxes.insert(inbox).inserted { state.closedInboxesInOrder.append(inbox) }
                if state.closedInboxes.count > Self.maxClosedInboxes, let oldest = state.closedInboxesInOrder.popFirst()
                {
                    state.closedInboxes.remove(oldest)
                }
            }
            sessionEnded()
        } handler: {
            try await handler(request, $0)
        }
    }

    /// A session is over.
    private func sessionEnded() {
        let drainers = state.withLock { state in
            state.count -= 1
            guard state.count == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.drainers = [] }
            return state.drainers
        }
        for drainer in drainers { drainer.resume() }
    }

    private func log(_ message: Logger.Message, _ error: any Error, _ request: TransportRequest) {
        logger.error(
            message,
            metadata: ["service": "\(request.service)", "endpoint": "\(request.endpoint)", "error": "\(error)"])
    }

    private static func stopping(_ serviceDescription: String) -> MicroError {
        MicroError(.unavailable, "\(serviceDescription) is stopping", origin: MicroError.Origin.server)
    }

    private static func tooMany(_ problem: String) -> MicroError {
        MicroError(
            .resourceExhausted, "\(problem), which is the limit: try another instance",
            origin: MicroError.Origin.server)
    }
}
