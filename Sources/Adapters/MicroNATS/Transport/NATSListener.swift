// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import DequeModule
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
        var early: [NATSMessage] = []
        /// By the client's inbox; several of one inbox are told apart by their number.
        var calls: [String: [NATSServerCall]] = [:]
        var streams: [String: NATSServerStream] = [:]
        var count = 0
        /// Inboxes of go-micro's clients whose streams are over: what still comes from there opens none.
        var past: Set<String> = []
        /// The same, the oldest first.
        var pastInOrder: Deque<String> = []
        var runner: CheckedContinuation<Void, Never>?
        var drainers: [CheckedContinuation<Void, Never>] = []
        var interests: [NATSInterest] = []
        var listening: UInt64?
        var whenEnded: (@Sendable () -> Void)?
    }

    /// How many calls and streams there may be at a time.
    static let mostSessions = 4096
    /// How many may wait for the listener to run: each may hold the largest payload.
    static let mostEarly = 64
    private static let mostPast = 1024
    /// The deadline of a request that carries none.
    private static let defaultDeadline = Duration.seconds(30)

    let address: Address
    private let subject: String
    private let link: NATSLink
    private let configuration: NATSConfiguration
    private let logger: Logger
    private let state = Mutex(State())

    init(subject: String, link: NATSLink, configuration: NATSConfiguration, logger: Logger) throws {
        self.subject = subject
        self.link = link
        self.configuration = configuration
        self.logger = logger
        address = Address(host: subject)
    }

    /// Subscribes, and returns when that is in effect.
    func start(by deadline: ContinuousClock.Instant) async throws {
        let interests = try [
            link.add(subject) { [weak self] messages in for message in messages { self?.receive(message) } },
            link.add(NATSControl.subject(of: subject)) { [weak self] messages in
                for message in messages { self?.receiveControl(message) }
            },
        ]
        let listening = link.listen { [weak self] session in if session == nil { self?.connectionLost() } }
        state.withLock { ($0.interests, $0.listening) = (interests, listening) }
        do {
            try await link.confirm(by: deadline)
            if let error = link.refusal(ofSubscriptionTo: subject) { throw error }
        } catch {
            end()
            throw error
        }
    }

    /// Calls the action when the listener has ended.
    func whenEnded(_ action: @escaping @Sendable () -> Void) {
        let hasEnded = state.withLock { state in
            if case .ended = state.phase { return true }
            state.whenEnded = action
            return false
        }
        if hasEnded { action() }
    }

    func run(_ handler: @escaping TransportHandler, streams: @escaping TransportStreamLookup) async throws {
        let early = try state.withLock { state in
            guard case .bound = state.phase else {
                throw MicroError(
                    .closed, "the listener at \(subject) ran already", origin: MicroError.Origin.transport)
            }
            state.phase = .running(handler, streams)
            defer { state.early = [] }
            return state.early
        }
        for message in early { receive(message) }
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
            cutOff()
            end()
        }
    }

    func drain(deadline: ContinuousClock.Instant) async {
        let early = state.withLock { state in
            if case .ended = state.phase { return [NATSMessage]() }
            state.phase = .draining
            defer { state.early = [] }
            return state.early
        }
        for message in early { receive(message) }
        let late = MicroError(.deadlineExceeded, "calls are still running", origin: MicroError.Origin.transport)
        do {
            try await withShield(limit: deadline - .now, orThrow: late) { await self.allSessionsEnd() }
        } catch {}
        cutOff()
        end()
        // What was answered at last has left.
        await link.flush(by: .now + min(configuration.timeout, .seconds(1)))
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
    private func cutOff() {
        let (calls, streams) = state.withLock { state in
            state.phase = .draining
            return (state.calls.values.flatMap(\.self), Array(state.streams.values))
        }
        for call in calls {
            call.cancel()
            answer(call.cutOff, to: call)
        }
        for stream in streams { stream.cutOff() }
    }

    /// Takes nothing any more.
    private func end() {
        let (interests, listening, runner, action) = state.withLock { state in
            state.phase = .ended
            defer { (state.interests, state.listening, state.runner, state.whenEnded) = ([], nil, nil, nil) }
            return (state.interests, state.listening, state.runner, state.whenEnded)
        }
        for interest in interests { link.remove(interest) }
        if let listening { link.stopListening(listening) }
        action?()
        runner?.resume()
    }

    // MARK: What comes, on the thread of the connection

    private func receive(_ message: NATSMessage) {
        // Who gives no inbox cannot be answered; go-micro always does.
        guard let inbox = message.reply, message.status == nil else { return }
        if let stream = state.withLock({ $0.streams[inbox] }) { return stream.carrier.receive(message) }
        let mark = NATSStreamMark(message.headers)
        // The rest of a stream that is over here.
        if let mark, mark.number > 0 { return }
        guard let envelope = NATSEnvelope(parsing: message.body) else {
            return refuse(
                MicroError(
                    .invalidArgument, "this is no message of go-micro's transport: expected JSON with Header and Body",
                    origin: MicroError.Origin.server), inbox)
        }
        // The end of something that is over already.
        if envelope.fields.error?.isEmpty == false { return }
        if mark == nil, envelope.fields.mayOpenStream, state.withLock({ $0.past.contains(inbox) }) { return }
        begin(message, envelope, from: inbox, isOwn: mark != nil)
    }

    private func begin(_ message: NATSMessage, _ envelope: NATSEnvelope, from inbox: String, isOwn: Bool) {
        let id = envelope.fields.id
        do throws(MicroError) {
            var request = try envelope.fields.request(defaultDeadline: Self.defaultDeadline)
            let place = "\(request.service) at \(subject)"
            let admission = state.withLock { state -> Result<(TransportHandler, TransportStreamLookup)?, MicroError> in
                guard state.count < Self.mostSessions else {
                    return .failure(Self.tooMany("\(place) has \(Self.mostSessions) calls and streams in hand"))
                }
                switch state.phase {
                case .bound:
                    guard state.early.count < Self.mostEarly else {
                        return .failure(
                            Self.tooMany("\(place) has not begun to serve, and \(Self.mostEarly) calls wait"))
                    }
                    state.early.append(message)
                    return .success(nil)
                case .running(let handler, let streams):
                    state.count += 1
                    return .success((handler, streams))
                case .draining, .ended: return .failure(Self.stopping(place))
                }
            }
            guard let (handler, streams) = try admission.get() else { return }
            if envelope.fields.mayOpenStream {
                if let handler = streams(request.endpoint) {
                    return open(request, from: inbox, isOwn: isOwn, handler)
                }
                guard envelope.fields.stream == nil else {
                    leave()
                    throw MicroError.noStream(request)
                }
            }
            request.body = envelope.body
            call(request, from: inbox, id: id, handler)
        } catch {
            refuse(error, inbox, contentType: envelope.fields.contentType, id: id)
        }
    }

    private func receiveControl(_ message: NATSMessage) {
        guard let inbox = message.reply.flatMap(NATSControl.owner), let control = NATSControl(message) else {
            // Somebody wants to know whether there is somebody here.
            if let reply = message.reply, message.status == nil {
                let pong = Message(body: ByteBuffer(string: "pong"))
                link.sendNow { $0.appendPublish(pong, to: reply) }
            }
            return
        }
        let (stream, calls) = state.withLock { ($0.streams[inbox], $0.calls[inbox] ?? []) }
        if let stream { return stream.carrier.receiveControl(message) }
        if control == .cancel {
            for call in calls {
                call.cancel()
                // Nobody wants to know any more.
                _ = call.takeAnswer()
            }
        }
        if control == .ping { (calls.isEmpty ? NATSControl.gone : .pong).send(to: inbox, by: link) }
    }

    private func connectionLost() {
        let streams = state.withLock { Array($0.streams.values) }
        for stream in streams { stream.carrier.fail(MicroError.natsConnectionLost(stream.carrier.place.name)) }
    }

    // MARK: Calls

    private func call(
        _ request: TransportRequest, from inbox: String, id: String?, _ handler: @escaping TransportHandler
    ) {
        let call = NATSServerCall(request, inbox: inbox, id: id)
        state.withLock { $0.calls[inbox, default: []].append(call) }
        call.run { [self] in
            let answer = await answering(call, handler)
            if call.takeAnswer() { await send(answer, to: inbox) }
            state.withLock { state in
                state.calls[inbox]?.removeAll { $0 === call }
                if state.calls[inbox]?.isEmpty == true { state.calls[inbox] = nil }
            }
            leave()
        }
    }

    /// Runs the handler, and writes what comes of it.
    private func answering(_ call: NATSServerCall, _ handler: TransportHandler) async -> ByteBuffer {
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
                MicroError(answering: call.request, with: error), contentType: call.request.contentType, id: call.id)
        }
    }

    private func encoded(_ response: TransportResponse, id: String?) throws -> ByteBuffer {
        try NATSCallLimits.check(response.headers)
        var fields = CallFields.identity(id)
        if !response.contentType.isEmpty { fields.append(("Content-Type", response.contentType)) }
        let limits = NATSCallLimits(largestPayload: link.largestPayload)
        return try limits.encoded(fields + response.headers, body: response.body, of: "response")
    }

    private func failure(_ error: MicroError, contentType: String, id: String?) -> ByteBuffer {
        var fields = CallFields.identity(id) + CallFields.error(error.wireText)
        if !contentType.isEmpty { fields.append(("Content-Type", contentType)) }
        return NATSEnvelope.encoded(fields)
    }

    private func send(_ answer: ByteBuffer, to inbox: String) async {
        let answer = Message(body: answer)
        if link.sendIfThereIsRoom({ $0.appendPublish(answer, to: inbox) }) { return }
        // The caller may be on a connection that works: what cannot leave now leaves with the next one, whether the
        // handler was cancelled or not.
        let (link, deadline) = (link, ContinuousClock.now + configuration.timeout)
        let sending = Task { try await link.send(by: deadline) { $0.appendPublish(answer, to: inbox) } }
        do { try await sending.value } catch {
            logger.debug("an answer cannot be sent", metadata: ["error": "\(error)"])
        }
    }

    private func answer(_ error: MicroError, to call: NATSServerCall) {
        guard call.takeAnswer() else { return }
        refuse(error, call.inbox, contentType: call.request.contentType, id: call.id)
    }

    /// Answers at once, with an error.
    private func refuse(_ error: MicroError, _ inbox: String, contentType: String = "", id: String? = nil) {
        let answer = Message(body: failure(error, contentType: contentType, id: id))
        link.sendNow { $0.appendPublish(answer, to: inbox) }
    }

    // MARK: Streams

    private func open(
        _ request: TransportRequest, from inbox: String, isOwn: Bool, _ handler: @escaping TransportStreamHandler
    ) {
        let stream = NATSServerStream(request, inbox: inbox, subject: subject, isOwn: isOwn, link: link)
        state.withLock { $0.streams[inbox] = stream }
        stream.run { [self] error in
            if let error, !(error is MicroError || error is CancellationError) {
                log("a handler failed", error, request)
            }
            state.withLock { state in
                if state.streams[inbox] === stream { state.streams[inbox] = nil }
                guard !isOwn else { return }
                if state.past.insert(inbox).inserted { state.pastInOrder.append(inbox) }
                if state.past.count > Self.mostPast, let oldest = state.pastInOrder.popFirst() {
                    state.past.remove(oldest)
                }
            }
            leave()
        } handler: {
            try await handler(request, $0)
        }
    }

    /// A session is over.
    private func leave() {
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

    private static func stopping(_ place: String) -> MicroError {
        MicroError(.unavailable, "\(place) is stopping", origin: MicroError.Origin.server)
    }

    private static func tooMany(_ problem: String) -> MicroError {
        MicroError(
            .resourceExhausted, "\(problem), which is the limit: try another instance",
            origin: MicroError.Origin.server)
    }
}
