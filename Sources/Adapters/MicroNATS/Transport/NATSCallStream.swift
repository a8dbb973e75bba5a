// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore
import Synchronization

/// One side of a stream: successive messages between the inbox of a client, which names the stream, and the subject of a
/// listener, as go-micro has them.
///
/// What go-micro lacks, peers of this toolkit add by what go-micro does not see (``NATSControl``, ``NATSStreamMark``): who
/// reads slowly holds the other back, a lost message and a dead peer are noticed, a cancellation is told.
final class NATSCallStream: TransportStreamCarrier {
    /// Who is on the other side.
    enum Peer: Sendable {
        /// Somebody who has not been heard yet.
        case unknown
        /// One of this toolkit.
        case own
        /// go-micro, or whoever else keeps to its wire.
        case stranger
    }

    /// Where a side of a stream is.
    struct Place: Sendable {
        /// Where messages go to.
        let subject: String
        /// Where they come from the other side, if that has to be told: on the client's side.
        let inbox: String?
        let service: String
        /// For messages, such as `greeter Greeter.Stream at _INBOX.x`.
        let name: String
        /// The own fields of each message.
        let fields: CallFields.Fields
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
        var isSilent = false
        var lastSign = ContinuousClock.now
        var timers: [DeadlineQueue.Ticket] = []
        var senders: [CheckedContinuation<Void, Never>] = []
        /// Called when the stream is over, once.
        var whenOver: (@Sendable (_ isFailure: Bool) -> Void)?

        mutating func takeSenders() -> [CheckedContinuation<Void, Never>] {
            defer { senders = [] }
            return senders
        }
    }

    let place: Place
    private let link: NATSLink
    private let state: Mutex<State>

    private init(_ place: Place, peer: Peer, link: NATSLink) {
        self.place = place
        self.link = link
        state = Mutex(State(peer: peer))
    }

    /// Makes a stream and its carrier.
    static func make(
        _ place: Place, peer: Peer, link: NATSLink
    ) -> (stream: TransportStream, carrier: NATSCallStream) {
        let carrier = NATSCallStream(place, peer: peer, link: link)
        let (stream, source) = TransportStream.makeStream(bufferedBytes: NATSStreamWindow.size, carrier: carrier)
        carrier.state.withLock { $0.source = source }
        return (stream, carrier)
    }

    /// Begins to watch over the deadline and the peer.
    ///
    /// - Parameter whenOver: Called when nothing comes by the stream any more, on any thread.
    func start(whenOver: @escaping @Sendable (_ isFailure: Bool) -> Void) {
        let isOver = state.withLock { state in
            if state.end == nil { state.whenOver = whenOver }
            return state.end != nil
        }
        guard !isOver else { return whenOver(true) }
        add(
            DeadlineQueue.shared.schedule(at: place.deadline) { [weak self] in
                guard let self else { return }
                self.fail(MicroError.natsTooLate(self.place.name), isSilent: self.place.isClient)
            })
        if !isStranger { watch(from: .now) }
        // Those who do not know it are found out by that.
        if place.isClient { say(.ping) } else if !isStranger { say(.pong) }
    }

    private var isStranger: Bool { state.withLock { $0.peer == .stranger } }

    // MARK: Sending

    func send(_ message: ByteBuffer) async throws {
        let limits = NATSCallLimits(largestPayload: link.largestPayload)
        try await write(limits.encoded(place.fields, body: message, of: "message"), size: message.readableBytes)
    }

    func finish() async throws {
        if state.withLock({ $0.hasFinished && $0.end == nil }) { return }
        do {
            try await write(Self.end(place.fields, CallFields.endOfStream), isEnd: true)
        } catch is MicroError where state.withLock(\.hasPeerEnded) {
            // There is nobody left to be told.
        }
    }

    private static func end(_ fields: CallFields.Fields, _ text: String) -> ByteBuffer {
        NATSEnvelope.encoded(fields + CallFields.error(text))
    }

    private func write(_ payload: ByteBuffer, size: Int = 0, isEnd: Bool = false) async throws {
        while true {
            try checkSending()
            await roomInWindow()
            var outcome: Result<Bool, any Error> = .success(false)
            do {
                try await link.send(to: place.subject, by: place.deadline) { output in
                    // Numbered where it is written: what overtakes another here has the lower number.
                    outcome = Result { try self.number(size: size, isEnd: isEnd) }.map { mark in
                        guard let mark else { return false }
                        let message = Message(headers: mark.headers, body: payload)
                        output.appendPublish(message, to: self.place.subject, reply: self.place.inbox)
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
    private func number(size: Int, isEnd: Bool) throws -> NATSStreamMark? {
        try state.withLock { state in
            if let end = state.end { throw end }
            if state.hasFinished { throw Self.finished }
            if state.peer != .stranger, state.window.isShut, !isEnd { return nil }
            state.sent += 1
            if !isEnd { state.window.sent(size) }
            state.hasFinished = isEnd
            return NATSStreamMark(number: state.sent, isHalf: isEnd)
        }
    }

    private func checkSending() throws {
        try state.withLock { state in
            if let end = state.end { throw end }
            if state.hasFinished { throw Self.finished }
        }
    }

    private func roomInWindow() async {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                guard state.window.isShut, state.peer != .stranger, state.end == nil else { return false }
                state.senders.append(continuation)
                return true
            }
            if !mustWait { continuation.resume() }
        }
    }

    private func say(_ control: NATSControl) { control.send(to: place.subject, inbox: place.inbox, by: link) }

    // MARK: Receiving, on the thread of the connection

    /// Takes a message of the other side.
    func receive(_ message: NATSMessage) {
        if let status = message.status { return refused(status, message.reason) }
        let mark = NATSStreamMark(message.headers)
        guard let envelope = NATSEnvelope(parsing: message.body) else {
            return fail(MicroError.natsGarbage(place.name), tells: true)
        }
        let isNext = note(mark)
        switch envelope.fields.error {
        case nil, "": isNext ? take(envelope.body) : fail(lostMessage, tells: true)
        case CallFields.endOfStream: isNext ? finished(isHalf: mark?.isHalf == true) : fail(lostMessage, tells: true)
        case let text?: fail(MicroError(wireText: text, origin: place.service), isSilent: true)
        }
    }

    /// - Returns: False if a message before it is missing.
    private func note(_ mark: NATSStreamMark?) -> Bool {
        let (isNext, senders) = state.withLock { state in
            state.lastSign = .now
            state.peer = mark == nil ? .stranger : .own
            defer { if let mark { state.received = mark.number } }
            return (mark.map { $0.number == state.received &+ 1 } ?? true, state.takeSenders())
        }
        for sender in senders { sender.resume() }
        return isNext
    }

    private func take(_ body: ByteBuffer) {
        guard let source = state.withLock(\.source) else { return }
        let hasRoom = source.yield(body)
        let (isInOrder, taken) = state.withLock { state in
            let isInOrder = state.window.received(
                body.readableBytes, hasRoom: hasRoom, isHeldBack: state.peer == .own)
            return (isInOrder, state.peer == .own ? state.window.takeAcknowledgement() : nil)
        }
        guard isInOrder else { return fail(overflow, tells: true) }
        if let taken { say(.taken(taken)) }
    }

    private func finished(isHalf: Bool) {
        let source = state.withLock(\.source)
        source?.finish()
        guard place.isClient, !isHalf else { return }
        state.withLock { $0.hasPeerEnded = true }
        end(Self.peerEnded)
    }

    /// Takes what the other side says beside messages; for a client also that nobody has heard what it said.
    func receiveControl(_ message: NATSMessage) {
        if message.status == 503 { return unheard() }
        guard let control = NATSControl(message) else { return }
        let senders = state.withLock { state in
            (state.lastSign, state.peer) = (.now, .own)
            if case .taken(let size) = control { state.window.acknowledged(size) }
            return state.takeSenders()
        }
        for sender in senders { sender.resume() }
        switch control {
        case .ping: say(.pong)
        case .gone: fail(MicroError.natsGone(place.name))
        case .cancel: fail(CancellationError(), isSilent: true)
        case .pong, .taken: break
        }
    }

    /// The server of NATS itself says that nobody listens there.
    private func refused(_ status: Int, _ reason: String) {
        guard status == 503 else {
            return fail(
                MicroError(
                    .unavailable, "\(place.name): NATS answered \(status) \(reason)",
                    origin: MicroError.Origin.transport))
        }
        // The opening itself was not heard if nothing else was sent.
        let isSafe = state.withLock { $0.sent == 0 && $0.peer == .unknown }
        fail(MicroError.natsNobody(place.name, isSafeToRetry: isSafe))
    }

    private func unheard() {
        let (isGone, senders) = state.withLock { state in
            if state.peer == .unknown { state.peer = .stranger }
            return (state.peer == .own, state.takeSenders())
        }
        for sender in senders { sender.resume() }
        if isGone { fail(MicroError.natsGone(place.name)) }
    }

    // MARK: Watching

    /// Asks a peer that has been silent, and gives one up that does not answer.
    private func watch(from instant: ContinuousClock.Instant) {
        let interval = link.configuration.pingInterval
        add(DeadlineQueue.shared.schedule(at: instant + interval) { [weak self] in self?.askIfSilent(for: interval) })
    }

    private func askIfSilent(for interval: Duration) {
        let (lastSign, peer) = state.withLock { ($0.lastSign, $0.peer) }
        guard peer != .stranger else { return }
        let now = ContinuousClock.now
        guard now - lastSign >= interval else { return watch(from: lastSign) }
        say(.ping)
        add(
            DeadlineQueue.shared.schedule(at: now + link.configuration.timeout) { [weak self] in
                guard let self else { return }
                let (sign, peer) = self.state.withLock { ($0.lastSign, $0.peer) }
                if sign < now, peer != .stranger { return self.fail(MicroError.natsGone(self.place.name)) }
                self.watch(from: sign)
            })
    }

    /// Keeps a timer until the stream is over.
    private func add(_ timer: DeadlineQueue.Ticket) {
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
        let taken = state.withLock { state in
            state.window.hasRoom()
            return state.peer == .own ? state.window.takeAcknowledgement() : nil
        }
        if let taken { say(.taken(taken)) }
    }

    func cancel() {
        guard end(CancellationError()) else { return }
        tell(
            MicroError(.unavailable, "the service has cancelled the stream", origin: MicroError.Origin.server))
    }

    /// The stream has failed.
    ///
    /// - Parameters:
    ///   - tells: Whether the other side has to be told.
    ///   - isSilent: Whether the other side does not want to hear anything any more.
    func fail(_ error: any Error, tells: Bool = false, isSilent: Bool = false) {
        if isSilent { state.withLock { $0.isSilent = true } }
        // Read before the end, which lets go of nothing.
        let source = state.withLock(\.source)
        source?.finish(throwing: error)
        guard end(error, isFailure: true) else { return }
        if tells { tell(error) }
    }

    /// The handler has ended: on the listener's side.
    func conclude(_ error: MicroError?) async {
        let text = error?.wireText ?? CallFields.endOfStream
        let mark = state.withLock { state -> NATSStreamMark? in
            guard !state.isSilent else { return nil }
            state.isSilent = true
            state.sent += 1
            return NATSStreamMark(number: state.sent)
        }
        end(Self.finished)
        guard let mark else { return }
        let message = Message(headers: mark.headers, body: Self.end(place.fields, text))
        let deadline = ContinuousClock.now + link.configuration.timeout
        // Who cannot be told notices that nobody answers any more.
        try? await link.send(by: deadline) { $0.appendPublish(message, to: self.place.subject) }
    }

    /// Tells the other side at once that this one has given up.
    private func tell(_ error: any Error) {
        guard !place.isClient else {
            say(.cancel)
            // Who does not know that understands the end of what it reads.
            if isStranger { tell(text: CallFields.endOfStream) }
            return
        }
        tell(text: ((error as? MicroError) ?? MicroError.natsGone(place.name)).wireText)
        state.withLock { $0.isSilent = true }
    }

    private func tell(text: String) {
        let payload = Self.end(place.fields, text)
        link.sendNow { output in
            let number = self.state.withLock { state in
                state.sent += 1
                return state.sent
            }
            let message = Message(headers: NATSStreamMark(number: number).headers, body: payload)
            output.appendPublish(message, to: self.place.subject, reply: self.place.inbox)
        }
    }

    /// - Returns: False if it had ended before.
    @discardableResult
    private func end(_ reason: any Error, isFailure: Bool = false) -> Bool {
        let (isFirst, timers, senders, whenOver) = state.withLock { state in
            let isFirst = state.end == nil
            state.end = state.end ?? reason
            defer { (state.timers, state.whenOver) = ([], nil) }
            return (isFirst, state.timers, state.takeSenders(), state.whenOver)
        }
        for timer in timers { DeadlineQueue.shared.cancel(timer) }
        for sender in senders { sender.resume() }
        whenOver?(isFailure)
        return isFirst
    }

    private static let finished = MicroError(
        .closed, "this side of the stream has finished", origin: MicroError.Origin.transport)
    private static let peerEnded = MicroError(
        .closed, "the other side has ended the stream", origin: MicroError.Origin.transport)

    private var lostMessage: MicroError {
        MicroError(
            .unavailable, "\(place.name): a message of the stream was lost on its way",
            origin: MicroError.Origin.transport)
    }

    private var overflow: MicroError {
        MicroError(
            .resourceExhausted,
            "\(place.name): the reader of the stream is too far behind, and the other side cannot wait",
            origin: MicroError.Origin.transport)
    }
}
