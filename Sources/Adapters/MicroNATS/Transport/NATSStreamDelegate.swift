// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore
import Synchronization

/// One side of a stream: messages between the inbox of a client, which identifies the stream, and the subject of a listener,
/// in go-micro's format.
///
/// Peers of this toolkit add what go-micro lacks, in a form that go-micro ignores (``NATSControlMessage``,
/// ``NATSStreamHeaders``): flow control, detection of lost messages and dead peers, and cancellation.
final class NATSStreamDelegate: TransportStreamDelegate {
    /// The kind of the other side.
    enum Peer: Sendable {
        /// Nothing was received yet.
        case unknown
        /// A peer of this toolkit.
        case swiftMicro
        /// go-micro, or another implementation of its protocol.
        case goMicro
    }

    struct Parameters: Sendable {
        /// The subject to send to.
        let subject: String
        /// The client's inbox, on the client's side; nil on the listener's side.
        let inbox: String?
        let service: String
        /// For error messages, such as `greeter Greeter.Stream at _INBOX.x`.
        let name: String
        /// The header fields of each message.
        let fields: GoMicroHeaders.Fields
        let deadline: ContinuousClock.Instant

        var isClient: Bool { inbox != nil }
    }

    struct State {
        var source: TransportStream.Source?
        var peer: Peer
        /// The number of the last message in each direction.
        var sent: UInt64 = 0
        var received: UInt64 = 0
        var window = NATSStreamWindow()
        var hasFinished = false
        /// Whether the other side has ended the stream without an error.
        var hasPeerEnded = false
        /// Why nothing can be sent any more.
        var end: (any Error)?
        /// Whether the peer must not be notified of the end.
        var isPeerClosed = false
        var lastActivity = ContinuousClock.now
        /// The timers of the deadline and of the next idle check.
        var timers: [DeadlineQueue.ScheduledAction] = []
        /// Senders that wait for the window.
        var senders: [Promise<Void>] = []
        /// Called once, when the stream ends.
        var onEnd: (@Sendable (_ isFailure: Bool) -> Void)?

        mutating func takeSenders() -> [Promise<Void>] {
            defer { senders = [] }
            return senders
        }
    }

    let parameters: Parameters
    let connection: NATSConnectionManager
    let state: Mutex<State>

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

    /// Starts the timers of the deadline and of idle checks.
    ///
    /// - Parameter onEnd: Called once, on any thread, when the stream receives nothing more.
    func start(onEnd: @escaping @Sendable (_ isFailure: Bool) -> Void) {
        let hasEnded = state.withLock { state in
            if state.end == nil { state.onEnd = onEnd }
            return state.end != nil
        }
        guard !hasEnded else { return onEnd(true) }
        add(
            DeadlineQueue.shared.schedule(at: parameters.deadline) { [weak self] in
                guard let self else { return }
                self.fail(MicroError.natsDeadlineExceeded(self.parameters.name), isPeerClosed: self.parameters.isClient)
            })
        if !isGoMicro { scheduleIdleCheck(from: .now) }
        // The response to the first control message shows the kind of the peer.
        if parameters.isClient { sendControl(.ping) } else if !isGoMicro { sendControl(.pong) }
    }

    var isGoMicro: Bool { state.withLock { $0.peer == .goMicro } }

    func sendControl(_ control: NATSControlMessage) {
        control.send(to: parameters.subject, inbox: parameters.inbox, by: connection)
    }

    // MARK: Idle checks

    /// Schedules a check whether the peer still exists.
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
                let (lastActivity, peer) = self.state.withLock { ($0.lastActivity, $0.peer) }
                if lastActivity < now, peer != .goMicro {
                    return self.fail(MicroError.natsPeerGone(self.parameters.name))
                }
                self.scheduleIdleCheck(from: lastActivity)
            })
    }

    /// Keeps a timer until the stream ends.
    private func add(_ timer: DeadlineQueue.ScheduledAction) {
        let hasEnded = state.withLock { state in
            guard state.end == nil else { return true }
            // The first is the deadline; of the others, only the last is still scheduled.
            state.timers = Array(state.timers.prefix(1)) + [timer]
            return false
        }
        if hasEnded { DeadlineQueue.shared.cancel(timer) }
    }

    // MARK: The end

    func cancel() {
        guard end(CancellationError()) else { return }
        notifyPeer(MicroError(.unavailable, "the service cancelled the stream", origin: MicroError.Origin.server))
    }

    /// Ends the stream with an error.
    ///
    /// - Parameters:
    ///   - notifiesPeer: Whether to notify the peer.
    ///   - isPeerClosed: Whether the peer must not be notified later either.
    func fail(_ error: any Error, notifiesPeer: Bool = false, isPeerClosed: Bool = false) {
        if isPeerClosed { state.withLock { $0.isPeerClosed = true } }
        state.withLock(\.source)?.finish(throwing: error)
        guard end(error, isFailure: true) else { return }
        if notifiesPeer { notifyPeer(error) }
    }

    /// Ends the stream on the listener's side after its handler has returned or thrown.
    func handlerEnded(_ error: MicroError?) async {
        let text = error?.wireText ?? GoMicroHeaders.endOfStream
        let streamHeaders = state.withLock { state -> NATSStreamHeaders? in
            guard !state.isPeerClosed else { return nil }
            state.isPeerClosed = true
            state.sent += 1
            return NATSStreamHeaders(number: state.sent)
        }
        end(Self.finishedError)
        guard let streamHeaders else { return }
        let message = BrokerMessage(headers: streamHeaders.headers, body: endPayload(text))
        let deadline = ContinuousClock.now + connection.configuration.timeout
        // A peer that cannot be reached detects the end by its idle check or deadline.
        try? await connection.send(by: deadline) { $0.appendPublish(message, to: self.parameters.subject) }
    }

    private func notifyPeer(_ error: any Error) {
        guard !parameters.isClient else {
            sendControl(.cancel)
            // go-micro knows no cancellation, but ends a stream on this.
            if isGoMicro { notifyPeer(text: GoMicroHeaders.endOfStream) }
            return
        }
        notifyPeer(text: ((error as? MicroError) ?? MicroError.natsPeerGone(parameters.name)).wireText)
        state.withLock { $0.isPeerClosed = true }
    }

    private func notifyPeer(text: String) {
        let payload = endPayload(text)
        connection.sendControl { output in
            let number = self.state.withLock { state in
                state.sent += 1
                return state.sent
            }
            let message = BrokerMessage(headers: NATSStreamHeaders(number: number).headers, body: payload)
            output.appendPublish(message, to: self.parameters.subject, reply: self.parameters.inbox)
        }
    }

    func endPayload(_ text: String) -> ByteBuffer {
        NATSEnvelope.encoded(parameters.fields + GoMicroHeaders.errorFields(text))
    }

    /// Marks the stream as ended, and releases everything that waits.
    ///
    /// - Returns: False if it had already ended.
    @discardableResult
    func end(_ reason: any Error, isFailure: Bool = false) -> Bool {
        let (isFirst, timers, senders, onEnd) = state.withLock { state in
            let isFirst = state.end == nil
            state.end = state.end ?? reason
            defer { (state.timers, state.onEnd) = ([], nil) }
            return (isFirst, state.timers, state.takeSenders(), state.onEnd)
        }
        for timer in timers { DeadlineQueue.shared.cancel(timer) }
        for sender in senders { sender.resolve() }
        onEnd?(isFailure)
        return isFirst
    }

    static let finishedError = MicroError(
        .closed, "this side of the stream has finished", origin: MicroError.Origin.transport)
}
