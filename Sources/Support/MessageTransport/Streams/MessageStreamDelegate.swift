// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
package import MicroCore
import Synchronization

/// One side of a stream over a message broker, in go-micro's format.
///
/// swift-micro peers add features that go-micro lacks, in a form that go-micro ignores (``StreamControl`` and numbers of
/// messages): flow control, detection of lost messages and dead peers, and cancellation.
package final class MessageStreamDelegate<Wire: MessageStreamWire>: TransportStreamDelegate {
    /// The kind of the other side.
    package enum Peer: Sendable {
        /// Nothing was received yet.
        case unknown
        /// A swift-micro peer.
        case swiftMicro
        /// go-micro, or another implementation of its protocol.
        case goMicro
    }

    struct State {
        var source: TransportStream.Source?
        var peer: Peer
        /// The number of the last message in each direction.
        var sent: UInt64 = 0
        var received: UInt64 = 0
        var window = StreamWindow()
        var hasFinished = false
        /// Whether the other side has ended the stream without an error.
        var hasPeerEnded = false
        /// Why nothing more can be sent.
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

    /// The fixed properties of this side.
    package let parameters: MessageStreamParameters
    /// Sends to the peer.
    package let wire: Wire
    let state: Mutex<State>

    private init(_ parameters: MessageStreamParameters, _ wire: Wire, peer: Peer) {
        self.parameters = parameters
        self.wire = wire
        state = Mutex(State(peer: peer))
    }

    /// Creates a stream and its delegate.
    package static func make(
        _ parameters: MessageStreamParameters, _ wire: Wire, peer: Peer
    ) -> (stream: TransportStream, delegate: MessageStreamDelegate) {
        let delegate = MessageStreamDelegate(parameters, wire, peer: peer)
        let (stream, source) = TransportStream.makeStream(maxBufferedBytes: StreamWindow.size, delegate: delegate)
        delegate.state.withLock { $0.source = source }
        return (stream, delegate)
    }

    /// Starts the timers of the deadline and of idle checks.
    ///
    /// - Parameter onEnd: Called once, on any thread, when the stream receives nothing more.
    package func start(onEnd: @escaping @Sendable (_ isFailure: Bool) -> Void) {
        let hasEnded = state.withLock { state in
            if state.end == nil { state.onEnd = onEnd }
            return state.end != nil
        }
        guard !hasEnded else { return onEnd(true) }
        add(
            DeadlineQueue.shared.schedule(at: parameters.deadline) { [weak self] in
                guard let self else { return }
                fail(MicroError.noResponse(parameters.name), isPeerClosed: parameters.isClient)
            })
        guard !isGoMicro else { return }
        scheduleIdleCheck(from: .now)
        // The response to the first control message shows the kind of the peer.
        wire.send(parameters.isClient ? .ping : .pong)
    }

    var isGoMicro: Bool { state.withLock { $0.peer == .goMicro } }

    // MARK: Idle checks

    /// Schedules a check that the peer still exists.
    private func scheduleIdleCheck(from instant: ContinuousClock.Instant) {
        add(
            DeadlineQueue.shared.schedule(at: instant + parameters.pingInterval) { [weak self] in self?.pingIfIdle() })
    }

    private func pingIfIdle() {
        let (lastActivity, peer) = state.withLock { ($0.lastActivity, $0.peer) }
        guard peer != .goMicro else { return }
        let now = ContinuousClock.now
        guard now - lastActivity >= parameters.pingInterval else { return scheduleIdleCheck(from: lastActivity) }
        wire.send(.ping)
        add(
            DeadlineQueue.shared.schedule(at: now + parameters.timeout) { [weak self] in
                guard let self else { return }
                let (lastActivity, peer) = state.withLock { ($0.lastActivity, $0.peer) }
                if lastActivity < now, peer != .goMicro { return fail(MicroError.peerUnavailable(parameters.name)) }
                scheduleIdleCheck(from: lastActivity)
            })
    }

    /// Keeps a timer until the stream ends.
    private func add(_ timer: DeadlineQueue.ScheduledAction) {
        let hasEnded = state.withLock { state in
            guard state.end == nil else { return true }
            // The first timer is the deadline; among the others, only the last is still scheduled.
            state.timers = Array(state.timers.prefix(1)) + [timer]
            return false
        }
        if hasEnded { DeadlineQueue.shared.cancel(timer) }
    }

    // MARK: The end

    /// Cancels the stream towards the peer.
    package func cancel() {
        let mustNotify = claimEnd(unlessEnded: true)
        end(CancellationError())
        guard mustNotify else { return }
        notifyPeer(MicroError(.unavailable, "the service cancelled the stream", origin: MicroError.Origin.server))
    }

    /// Ends the stream with an error.
    ///
    /// - Parameters:
    ///   - notifiesPeer: Whether to notify the peer.
    ///   - isPeerClosed: Whether the peer must not be notified later either.
    package func fail(_ error: any Error, notifiesPeer: Bool = false, isPeerClosed: Bool = false) {
        if isPeerClosed { state.withLock { $0.isPeerClosed = true } }
        // The handler, which is cancelled next, must not notify the peer of its own error.
        let mustNotify = notifiesPeer && claimEnd(unlessEnded: true)
        state.withLock(\.source)?.finish(throwing: error)
        end(error, isFailure: true)
        if mustNotify { notifyPeer(error) }
    }

    /// Ends the stream because its connection was lost: messages on it may never have arrived.
    package func failConnectionLost() {
        fail(MicroError.connectionLost(parameters.name, broker: parameters.broker))
    }

    /// Ends the stream on the listener's side after its handler has returned or thrown.
    package func handlerEnded(_ error: MicroError?) async {
        let mustNotify = claimEnd(unlessEnded: false)
        end(Self.finishedError)
        guard mustNotify else { return }
        let payload = wire.endPayload(error?.wireText ?? GoMicroHeaders.endOfStream)
        // A peer that cannot be reached detects the end through its idle check or deadline.
        _ = try? await wire.send(payload, as: .end, by: .now + parameters.timeout) { self.numberEnd($0) }
    }

    private func notifyPeer(_ error: any Error) {
        guard !parameters.isClient else {
            wire.send(.cancel)
            // go-micro has no cancellation, but this message ends its streams.
            if isGoMicro { trySendEnd(GoMicroHeaders.endOfStream) }
            return
        }
        trySendEnd(((error as? MicroError) ?? MicroError.peerUnavailable(parameters.name)).wireText)
    }

    /// Claims the only notification of the peer that this side has ended.
    ///
    /// - Parameter unlessEnded: Whether a stream that has already ended needs none.
    /// - Returns: False if the peer was notified already, or must not be.
    private func claimEnd(unlessEnded: Bool) -> Bool {
        state.withLock { state in
            if unlessEnded, state.end != nil { return false }
            defer { state.isPeerClosed = true }
            return !state.isPeerClosed
        }
    }

    private func trySendEnd(_ text: String) { wire.trySendEnd(wire.endPayload(text)) { self.numberEnd($0) } }

    /// Numbers the end, which is sent after everything else has ended.
    private func numberEnd(_ send: (UInt64) -> Bool) -> Bool {
        state.withLock { state in
            guard send(state.sent + 1) else { return false }
            state.sent += 1
            return true
        }
    }

    /// Marks the stream as ended, and releases everything that waits.
    func end(_ reason: any Error, isFailure: Bool = false) {
        let (timers, senders, onEnd) = state.withLock { state in
            state.end = state.end ?? reason
            defer { (state.timers, state.onEnd) = ([], nil) }
            return (state.timers, state.takeSenders(), state.onEnd)
        }
        for timer in timers { DeadlineQueue.shared.cancel(timer) }
        for sender in senders { sender.resolve() }
        onEnd?(isFailure)
    }

    static var finishedError: MicroError {
        MicroError(.closed, "this side of the stream has finished", origin: MicroError.Origin.transport)
    }
}
