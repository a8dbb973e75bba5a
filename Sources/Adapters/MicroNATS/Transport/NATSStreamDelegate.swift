// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore
import Synchronization

/// One side of a stream: successive messages between the inbox of a client, which names the stream, and the subject of a
/// listener, as go-micro has them.
///
/// What go-micro lacks, peers of this toolkit add by what go-micro does not see (``NATSControlMessage``, ``NATSStreamHeaders``): who
/// reads slowly holds the other back, a lost message and a dead peer are noticed, a cancellation is told.
final class NATSStreamDelegate: TransportStreamDelegate {
    /// Who is on the other side.
    enum Peer: Sendable {
        /// Somebody who has not been heard yet.
        case unknown
        /// One of this toolkit.
        case swiftMicro
        /// go-micro, or whoever else keeps to its wire.
        case goMicro
    }

    /// Where a side of a stream is.
    struct Parameters: Sendable {
        /// Where messages go to.
        let subject: String
        /// Where they come from the other side, if that has to be told: on the client's side.
        let inbox: String?
        let service: String
        /// For messages, such as `greeter Greeter.Stream at _INBOX.x`.
        let name: String
        /// The own fields of each message.
        let fields: GoMicroHeaders.Fields
        let deadline: ContinuousClock.Instant

        var isClient: Bool { inbox != nil }
    }

    private struct State {
        var source: TransportStream.Source?
        var peer: Peer
        /// The number of the last message in each direction.
        var sent: UInt64 = 0
        var received: UInt64 = 0
        var window = NATSStreamWindow()
        var hasFinished = false
        /// Whether the other side has ended the stream in order.
        var hasPeerEnded = false
        /// Why nothing is sent any more.
        var end: (any Error)?
        /// Whether nothing is of any use to the other side any more.
        var isPeerClosed = false
        var lastActivity = ContinuousClock.now
        var timers: [DeadlineQueue.ScheduledAction] = []
        var senders: [CheckedContinuation<Void, Never>] = []
        /// Called when the stream is over, once.
        var onEnd: (@Sendable (_ isFailure: Bool) -> Void)?

        mutating func takeSenders() -> [CheckedContinuation<Void, Never>] {
            defer { senders = [] }
            return senders
        }
    }

    let parameters: Parameters
    private let connection: NATSConnectionManager
    private let state: Mutex<State>

    private init(_ parameters: Parameters, peer: Peer, connection: NATSConnectionManager) {
        self.parameters = parameters
        self.connection = connection
        state = Mutex(State(peer: peer))
    }

    /// Makes a stream and its delegate.
    static func make(
        _ parameters: Parameters, peer: Peer, connection: NATSConnectionManager
    ) -> (stream: TransportStream, delegate: NATSStreamDelegate) {
        let delegate = NATSStreamDelegate(parameters, peer: peer, connection: connection)
        let (stream, source) = TransportStream.makeStream(maxBufferedBytes: NATSStreamWindow.size, delegate: delegate)
        delegate.state.withLock { $0.source = source }
        return (stream, delegate)
    }

    /// Begins to watch over the deadline and the peer.
    ///
    /// - Parameter whenOver: Called when nothing comes by the stream any more, on any thread.
    func start(onEnd: @escaping @Sendable (_ isFailure: Bool) -> Void) {
        let isOver = state.withLock { state in
            if state.end == nil { state.onEnd = onEnd }
            return state.end != nil
        }
        guard !isOver else { return onEnd(true) }
        add(
            DeadlineQueue.shared.schedule(at: parameters.deadline) { [weak self] in
                guard let self else { return }
                self.fail(MicroError.natsDeadlineExceeded(self.parameters.name), isPeerClosed: self.parameters.isClient)
            })
        if !isGoMicro { scheduleIdleCheck(from: .now) }
        // Those who do not know it are found out by that.
        if parameters.isClient { sendControl(.ping) } else if !isGoMicro { sendControl(.pong) }
    }

    private var isGoMicro: Bool { state.withLock { $0.peer == .goMicro } }

    // MARK: Sending

    func send(_ message: ByteBuffer) async throws {
        let limits = NATSCallLimits(maxPayload: connection.maxPayload)
        try await write(limits.encoded(parameters.fields, body: message, of: "message"), size: message.readableBytes)
    }

    func finish() async throws {
        if state.withLock({ $0.hasFinished && $0.end == nil }) { return }
        do {
            try await write(Self.end(parameters.fields, GoMicroHeaders.endOfStream), isEnd: true)
        } catch is MicroError where state.withLock(\.hasPeerEnded) {
            // There is nobody left to be told.
        }
    }

    private static func end(_ fields: GoMicroHeaders.Fields, _ text: String) -> ByteBuffer {
        NATSEnvelope.encoded(fields + GoMicroHeaders.error(text))
    }

    private func write(_ payload: ByteBuffer, size: Int = 0, isEnd: Bool = false) async throws {
        while true {
            try checkSending()
            await waitForWindow()
            var outcome: Result<Bool, any Error> = .success(false)
            do {
                try await connection.send(to: parameters.subject, by: parameters.deadline) { output in
                    // Numbered where it is written: what overtakes another here has the lower number.
                    outcome = Result { try self.number(size: size, isEnd: isEnd) }.map { streamHeaders in
                        guard let streamHeaders else { return false }
                        let message = BrokerMessage(headers: streamHeaders.headers, body: payload)
                        output.appendPublish(message, to: self.parameters.subject, reply: self.parameters.inbox)
                        return true
                    }
                }
            } catch {
                throw state.withLock(\.end) ?? MicroError.natsTransport(error)
            }
            if try outcome.get() { return }
        }
    }

    /// Counts a message that is written now; nil if the window has been shut meanwhile.
    private func number(size: Int, isEnd: Bool) throws -> NATSStreamHeaders? {
        try state.withLock { state in
            if let end = state.end { throw end }
            if state.hasFinished { throw Self.finished }
            if state.peer != .goMicro, state.window.isFull, !isEnd { return nil }
            state.sent += 1
            if !isEnd { state.window.sent(size) }
            state.hasFinished = isEnd
            return NATSStreamHeaders(number: state.sent, isHalfClose: isEnd)
        }
    }

    private func checkSending() throws {
        try state.withLock { state in
            if let end = state.end { throw end }
            if state.hasFinished { throw Self.finished }
        }
    }

    private func waitForWindow() async {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                guard state.window.isFull, state.peer != .goMicro, state.end == nil else { return false }
                state.senders.append(continuation)
                return true
            }
            if !mustWait { continuation.resume() }
        }
    }

    private func sendControl(_ control: NATSControlMessage) {
        control.send(to: parameters.subject, inbox: parameters.inbox, by: connection)
    }

    // MARK: Receiving, on the thread of the connection

    /// Takes a message of the other side.
    func receive(_ message: NATSMessage) {
        if let status = message.status { return handleStatus(status, message.reason) }
        let streamHeaders = NATSStreamHeaders(message.headers)
        guard let envelope = NATSEnvelope(parsing: message.body) else {
            return fail(MicroError.natsInvalidEnvelope(parameters.name), notifiesPeer: true)
        }
        let isNext = record(streamHeaders)
        switch envelope.fields.error {
        case nil, "": isNext ? deliver(envelope.body) : fail(lostMessage, notifiesPeer: true)
        case GoMicroHeaders.endOfStream:
            isNext ? finished(isHalfClose: streamHeaders?.isHalfClose == true) : fail(lostMessage, notifiesPeer: true)
        case let text?: fail(MicroError(wireText: text, origin: parameters.service), isPeerClosed: true)
        }
    }

    /// - Returns: False if a message before it is missing.
    private func record(_ streamHeaders: NATSStreamHeaders?) -> Bool {
        let (isNext, senders) = state.withLock { state in
            state.lastActivity = .now
            state.peer = streamHeaders == nil ? .goMicro : .swiftMicro
            defer { if let streamHeaders { state.received = streamHeaders.number } }
            return (streamHeaders.map { $0.number == state.received &+ 1 } ?? true, state.takeSenders())
        }
        for sender in senders { sender.resume() }
        return isNext
    }

    private func deliver(_ body: ByteBuffer) {
        guard let source = state.withLock(\.source) else { return }
        let hasRoom = source.yield(body)
        let (isInOrder, windowUpdate) = state.withLock { state in
            let isInOrder = state.window.received(
                body.readableBytes, hasRoom: hasRoom, isFlowControlled: state.peer == .swiftMicro)
            return (isInOrder, state.peer == .swiftMicro ? state.window.takeAcknowledgement() : nil)
        }
        guard isInOrder else { return fail(overflow, notifiesPeer: true) }
        if let windowUpdate { sendControl(.windowUpdate(windowUpdate)) }
    }

    private func finished(isHalfClose: Bool) {
        let source = state.withLock(\.source)
        source?.finish()
        guard parameters.isClient, !isHalfClose else { return }
        state.withLock { $0.hasPeerEnded = true }
        end(Self.peerEnded)
    }

    /// Takes what the other side says beside messages; for a client also that nobody has heard what it said.
    func receiveControl(_ message: NATSMessage) {
        if message.status == 503 { return handleControlNoResponders() }
        guard let control = NATSControlMessage(message) else { return }
        let senders = state.withLock { state in
            (state.lastActivity, state.peer) = (.now, .swiftMicro)
            if case .windowUpdate(let size) = control { state.window.acknowledged(size) }
            return state.takeSenders()
        }
        for sender in senders { sender.resume() }
        switch control {
        case .ping: sendControl(.pong)
        case .gone: fail(MicroError.natsPeerGone(parameters.name))
        case .cancel: fail(CancellationError(), isPeerClosed: true)
        case .pong, .windowUpdate: break
        }
    }

    /// The server of NATS itself says that nobody listens there.
    private func handleStatus(_ status: Int, _ reason: String) {
        guard status == 503 else {
            return fail(
                MicroError(
                    .unavailable, "\(parameters.name): NATS answered \(status) \(reason)",
                    origin: MicroError.Origin.transport))
        }
        // The opening itself was not heard if nothing else was sent.
        let isSafe = state.withLock { $0.sent == 0 && $0.peer == .unknown }
        fail(MicroError.natsNoResponders(parameters.name, isSafeToRetry: isSafe))
    }

    private func handleControlNoResponders() {
        let (isGone, senders) = state.withLock { state in
            if state.peer == .unknown { state.peer = .goMicro }
            return (state.peer == .swiftMicro, state.takeSenders())
        }
        for sender in senders { sender.resume() }
        if isGone { fail(MicroError.natsPeerGone(parameters.name)) }
    }

    // MARK: Watching

    /// Asks a peer that has been silent, and gives one up that does not answer.
    private func scheduleIdleCheck(from instant: ContinuousClock.Instant) {
        let interval = connection.configuration.pingInterval
        add(DeadlineQueue.shared.schedule(at: instant + interval) { [weak self] in self?.pingIfIdle(for: interval) })
    }

    private func pingIfIdle(for interval: Duration) {
        let (lastActivity, peer) = state.withLock { ($0.lastActivity, $0.peer) }
        guard peer != .goMicro else { return }
        let now = ContinuousClock.now
        guard now - lastActivity >= interval else { return scheduleIdleCheck(from: lastActivity) }
        sendControl(.ping)
        add(
            DeadlineQueue.shared.schedule(at: now + connection.configuration.timeout) { [weak self] in
                guard let self else { return }
                let (sign, peer) = self.state.withLock { ($0.lastActivity, $0.peer) }
                if sign < now, peer != .goMicro { return self.fail(MicroError.natsPeerGone(self.parameters.name)) }
                self.scheduleIdleCheck(from: sign)
            })
    }

    /// Keeps a timer until the stream is over.
    private func add(_ timer: DeadlineQueue.ScheduledAction) {
        let isOver = state.withLock { state in
            guard state.end == nil else { return true }
            // The first is the deadline; of the others only the last still waits.
            state.timers = Array(state.timers.prefix(1)) + [timer]
            return false
        }
        if isOver { DeadlineQueue.shared.cancel(timer) }
    }

    // MARK: The end

    func resume() {
        let windowUpdate = state.withLock { state in
            state.window.hasRoom()
            return state.peer == .swiftMicro ? state.window.takeAcknowledgement() : nil
        }
        if let windowUpdate { sendControl(.windowUpdate(windowUpdate)) }
    }

    func cancel() {
        guard end(CancellationError()) else { return }
        notifyPeer(
            MicroError(.unavailable, "the service has cancelled the stream", origin: MicroError.Origin.server))
    }

    /// The stream has failed.
    ///
    /// - Parameters:
    ///   - tells: Whether the other side has to be told.
    ///   - isSilent: Whether the other side does not want to hear anything any more.
    func fail(_ error: any Error, notifiesPeer: Bool = false, isPeerClosed: Bool = false) {
        if isPeerClosed { state.withLock { $0.isPeerClosed = true } }
        // Read before the end, which lets go of nothing.
        let source = state.withLock(\.source)
        source?.finish(throwing: error)
        guard end(error, isFailure: true) else { return }
        if notifiesPeer { notifyPeer(error) }
    }

    /// The handler has ended: on the listener's side.
    func handlerEnded(_ error: MicroError?) async {
        let text = error?.wireText ?? GoMicroHeaders.endOfStream
        let streamHeaders = state.withLock { state -> NATSStreamHeaders? in
            guard !state.isPeerClosed else { return nil }
            state.isPeerClosed = true
            state.sent += 1
            return NATSStreamHeaders(number: state.sent)
        }
        end(Self.finished)
        guard let streamHeaders else { return }
        let message = BrokerMessage(headers: streamHeaders.headers, body: Self.end(parameters.fields, text))
        let deadline = ContinuousClock.now + connection.configuration.timeout
        // Who cannot be told notices that nobody answers any more.
        try? await connection.send(by: deadline) { $0.appendPublish(message, to: self.parameters.subject) }
    }

    /// Tells the other side at once that this one has given up.
    private func notifyPeer(_ error: any Error) {
        guard !parameters.isClient else {
            sendControl(.cancel)
            // Who does not know that understands the end of what it reads.
            if isGoMicro { notifyPeer(text: GoMicroHeaders.endOfStream) }
            return
        }
        notifyPeer(text: ((error as? MicroError) ?? MicroError.natsPeerGone(parameters.name)).wireText)
        state.withLock { $0.isPeerClosed = true }
    }

    private func notifyPeer(text: String) {
        let payload = Self.end(parameters.fields, text)
        connection.sendIfConnected { output in
            let number = self.state.withLock { state in
                state.sent += 1
                return state.sent
            }
            let message = BrokerMessage(headers: NATSStreamHeaders(number: number).headers, body: payload)
            output.appendPublish(message, to: self.parameters.subject, reply: self.parameters.inbox)
        }
    }

    /// - Returns: False if it had ended before.
    @discardableResult
    private func end(_ reason: any Error, isFailure: Bool = false) -> Bool {
        let (isFirst, timers, senders, onEnd) = state.withLock { state in
            let isFirst = state.end == nil
            state.end = state.end ?? reason
            defer { (state.timers, state.onEnd) = ([], nil) }
            return (isFirst, state.timers, state.takeSenders(), state.onEnd)
        }
        for timer in timers { DeadlineQueue.shared.cancel(timer) }
        for sender in senders { sender.resume() }
        onEnd?(isFailure)
        return isFirst
    }

    private static let finished = MicroError(
        .closed, "this side of the stream has finished", origin: MicroError.Origin.transport)
    private static let peerEnded = MicroError(
        .closed, "the other side has ended the stream", origin: MicroError.Origin.transport)

    private var lostMessage: MicroError {
        MicroError(
            .unavailable, "\(parameters.name): a message of the stream was lost on its way",
            origin: MicroError.Origin.transport)
    }

    private var overflow: MicroError {
        MicroError(
            .resourceExhausted,
            "\(parameters.name): the reader of the stream is too far behind, and the other side cannot wait",
            origin: MicroError.Origin.transport)
    }
}
