// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import GoMicroWire
import Logging
import MessageTransport
import MicroCore
import NIOCore
import Synchronization

/// The server side of the RabbitMQ transport: a queue, and the calls and streams that arrive at it.
final class RabbitMQListener: TransportListener {
    /// A message with the channel on which it arrived.
    struct Message {
        let content: AMQPContent
        let route: RabbitMQRoute
        let key: String
    }

    private struct State {
        /// By ``RabbitMQServerSession/key``.
        var sessions: [String: RabbitMQServerSession] = [:]
        /// The keys of streams of go-micro clients that have ended here: a late message of such a stream does not open
        /// a new one.
        var endedKeys = RecentKeys()
    }

    /// The timeout of a request that carries none.
    private static let defaultTimeout = Duration.seconds(30)
    /// The maximum duration of a stream from a go-micro client, whose streams have no deadline of their own.
    private static let maxGoMicroStreamDuration = Duration.seconds(24 * 3600)

    let address: Address
    let connection: RabbitMQConnectionManager
    private let logger: Logger
    private let currentConsumer = Mutex<RabbitMQConsumer?>(nil)
    let lifecycle: ListenerLifecycle<Message>
    private let state = Mutex(State())

    init(name: String, connection: RabbitMQConnectionManager, logger: Logger) {
        self.connection = connection
        self.logger = logger
        address = Address(host: name)
        lifecycle = ListenerLifecycle(address: address)
    }

    /// Why the listener receives no calls at the moment, for example because a permission was revoked; nil if nothing
    /// is known to be wrong. The consumer is restored with backoff.
    var problem: MicroError? { consumer?.problem }

    var consumer: RabbitMQConsumer? { currentConsumer.withLock(\.self) }

    // MARK: Start and end

    /// Declares and consumes the queue, and returns when that is in effect.
    func start(by deadline: ContinuousClock.Instant) async throws {
        let name = address.host
        // The address in a registry has the port 0, and go-micro's Consul registry since v1.18 appends it.
        let plan = RabbitMQConsumer.Plan(
            name: name,
            queue: .init(
                name: name, isExclusive: true, isAutoDelete: true, arguments: ["x-queue-type": .string("classic")]),
            bindingKeys: [name, name + ":0", name + RabbitMQStreamMark.controlSuffix])
        let consumer = RabbitMQConsumer(
            plan, connection: connection,
            handlers: .init(
                delivered: { [weak self] contents, channel in
                    for content in contents { self?.receive(content, on: channel) }
                },
                reported: { [weak self] problem in if problem != nil { self?.failStreams() } }))
        currentConsumer.withLock { $0 = consumer }
        do { try await consumer.start(by: deadline) } catch {
            end()
            throw error
        }
    }

    /// Calls the action when the listener has ended.
    func onEnd(_ action: @escaping @Sendable () -> Void) { lifecycle.onEnd(action) }

    func run(_ handler: @escaping TransportHandler, streams: @escaping TransportStreamLookup) async throws {
        try await lifecycle.run((handler, streams)) { _, message in
            handle(message)
        } cancel: {
            self.abort()
            self.end()
        }
    }

    func drain(deadline: ContinuousClock.Instant) async {
        await lifecycle.drain(deadline: deadline) { _, message in handle(message) }
        abort()
        // Refuses calls that are on their way. Without a response, they would wait for their deadlines.
        let limit = min(connection.configuration.timeout, .seconds(1))
        await consumer?.stopReceiving(unbinding: true, by: .now + limit)
        end()
    }

    /// Cancels the calls and streams in flight, and notifies their callers.
    private func abort() {
        lifecycle.abort()
        for session in state.withLock({ Array($0.sessions.values) }) { abort(session) }
    }

    private func abort(_ session: RabbitMQServerSession) {
        if let stream = session.stream {
            stream.fail(session.cancellationError, notifiesPeer: true)
        } else if session.claimReply() {
            sendError(session.cancellationError, to: session)
        }
        session.cancel()
    }

    /// Ends the consumer.
    private func end() {
        consumer?.end()
        lifecycle.end()
    }

    // MARK: Receiving, on the thread of the connection

    private func receive(_ content: AMQPContent, on channel: RabbitMQChannel) {
        // A message without `reply-to` or `correlation-id` cannot be answered. go-micro always sends both.
        guard let replyTo = content.properties.replyTo, let id = content.properties.correlationID else { return }
        let route = RabbitMQRoute(
            connection: connection, channel: channel, exchange: "", routingKey: replyTo, correlationID: id)
        let message = Message(content: content, route: route, key: Self.key(replyTo, id))
        if case .control(let control)? = RabbitMQStreamMark(content.properties.type) {
            return receiveControl(control, message)
        }
        if lifecycle.queueFollowing(message, of: message.key) { return }
        handle(message)
    }

    /// Identifies a call or stream.
    private static func key(_ replyTo: String, _ correlationID: String) -> String { "\(replyTo) \(correlationID)" }

    private func receiveControl(_ control: StreamControl, _ message: Message) {
        if control == .cancel { lifecycle.removeQueued(message.key) }
        // Read before `sessions`: a call stays marked as queued until its session was added, so it is found in one of
        // them.
        let isQueued = lifecycle.isQueued(message.key)
        let session = state.withLock { $0.sessions[message.key] }
        if let stream = session?.stream { return stream.receive(message.content) }
        switch control {
        case .cancel: session?.abandon()
        case .ping: message.route.send(isQueued || session != nil ? .pong : .gone)
        case .pong, .gone, .windowUpdate: break
        }
    }

    private func handle(_ message: Message) {
        let mark = RabbitMQStreamMark(message.content.properties.type)
        if let session = state.withLock({ $0.sessions[message.key] }) {
            // A call has one message.
            session.stream?.receive(message.content)
            return
        }
        // A later message of a stream that has ended here.
        if let mark, mark != .message(0) { return }
        begin(message, isSwiftMicro: mark != nil)
    }

    private func begin(_ message: Message, isSwiftMicro: Bool) {
        let fields = RabbitMQCallFormat.fields(of: message.content.properties)
        let headers = GoMicroHeaders(fields)
        // An error from the client ends a call or stream that no longer exists here: there is nothing to do.
        if headers.error?.isEmpty == false { return }
        let idFields = RabbitMQCallFormat.idFields(in: fields)
        guard RabbitMQCallFormat.canRepeat(headers, idFields) else {
            let error = MicroError(
                .invalidArgument,
                "the headers \(GoMicroHeaderName.contentType), \(GoMicroHeaderName.id) and "
                    + "\(GoMicroHeaderName.service) are too long for a reply: shorten them",
                origin: MicroError.Origin.server, isSafeToRetry: true)
            return refuse(error, nil, "", [], isStream: isSwiftMicro, on: message.route)
        }
        var received: TransportRequest?
        do throws(MicroError) {
            var request = try headers.request(body: message.content.body, defaultTimeout: Self.defaultTimeout)
            received = request
            guard let (handler, streams) = try lifecycle.admit(message, of: message.key, for: request) else { return }
            // The endpoint decides whether this is a call or a stream: go-micro forwards the headers of incoming requests, so
            // that its calls may carry Micro-Stream and its streams may carry Micro-Id.
            let envelope = LegacyRPCEnvelope(request)
            if let handler = streams(envelope?.endpoint ?? request.endpoint) {
                guard isSwiftMicro || !state.withLock({ $0.endedKeys.contains(message.key) }) else {
                    return lifecycle.sessionEnded()
                }
                request = envelope?.openingRequest ?? request
                request.body = ByteBuffer()
                // go-micro also sends the call timeout when it opens a stream, but does not end the stream when it
                // elapses.
                if !isSwiftMicro { request.deadline = .now + Self.maxGoMicroStreamDuration }
                // Messages to the client carry the fields of the request except empty ones and `Accept`, which only
                // requests have. go-micro clients before v1.0 read only the content type.
                let target = GoMicroHeaders.targetFields(of: request).filter {
                    $0.name != "Accept" && !$0.value.isEmpty
                }
                let fields = envelope == nil ? target : [(GoMicroHeaderName.contentType, headers.contentType)]
                let wire = RabbitMQStreamWire(
                    route: message.route, fields: isSwiftMicro ? fields : fields + idFields,
                    format: RabbitMQCallFormat(connection), envelope: envelope)
                return open(request, message, wire, idFields, isSwiftMicro: isSwiftMicro, handler)
            }
            guard !isSwiftMicro else {
                lifecycle.sessionEnded()
                throw MicroError.streamNotFound(request)
            }
            call(RabbitMQServerSession(request, key: message.key, route: message.route, idFields: idFields), handler)
        } catch {
            refuse(error, received, headers.contentType, idFields, isStream: isSwiftMicro, on: message.route)
        }
    }

    /// Fails all open streams: some of their messages may have been lost with the connection.
    private func failStreams() {
        let streams = state.withLock { $0.sessions.values.compactMap(\.stream) }
        for stream in streams { stream.failConnectionLost() }
    }

    // MARK: Calls and streams

    private func call(_ session: RabbitMQServerSession, _ handler: @escaping TransportHandler) {
        state.withLock { $0.sessions[session.key] = session }
        session.run { [self] in
            let (properties, body) = await makeResponse(session, handler)
            if session.claimReply() { await send(properties, body, to: session) }
            sessionEnded(session)
        }
        if lifecycle.isAborted { abort(session) }
    }

    private func open(
        _ request: TransportRequest, _ message: Message, _ wire: RabbitMQStreamWire,
        _ idFields: GoMicroHeaders.Fields, isSwiftMicro: Bool, _ handler: @escaping TransportStreamHandler
    ) {
        let (stream, delegate) = RabbitMQStreamDelegate.make(
            wire, service: request.service, name: "\(request.service) \(request.endpoint) at \(address)",
            deadline: request.deadline, peer: isSwiftMicro ? .swiftMicro : .goMicro)
        let session = RabbitMQServerSession(
            request, key: message.key, route: message.route, idFields: idFields, stream: delegate)
        state.withLock { $0.sessions[session.key] = session }
        delegate.start { [weak session] isFailure in if isFailure { session?.cancel() } }
        session.run { [self] in
            var failure: (any Error)?
            do { try await handler(request, stream) } catch { failure = error }
            await delegate.handlerEnded(failure.map { MicroError(respondingTo: request, with: $0) })
            // A stream that is released before its end cancels itself.
            withExtendedLifetime(stream) {}
            if let failure, !(failure is MicroError || failure is CancellationError) {
                log("a handler failed", failure, request)
            }
            if !isSwiftMicro { state.withLock { $0.endedKeys.insert(session.key) } }
            sessionEnded(session)
        }
        if lifecycle.isAborted { abort(session) }
    }

    private func sessionEnded(_ session: RabbitMQServerSession) {
        state.withLock { $0.sessions[session.key] = nil }
        lifecycle.sessionEnded()
    }

    func log(_ message: Logger.Message, _ error: any Error, _ request: TransportRequest) {
        logger.error(
            message,
            metadata: ["service": "\(request.service)", "endpoint": "\(request.endpoint)", "cause": "\(error)"])
    }
}
