// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
package import NIOCore
import Synchronization

extension MessageStreamDelegate {
    /// Sends a message once the window has room.
    package func send(_ message: ByteBuffer) async throws {
        try await send(wire.payload(of: message), size: message.readableBytes)
    }

    /// Ends this side's messages.
    package func finish() async throws {
        if state.withLock({ $0.hasFinished && $0.end == nil }) { return }
        do {
            try await send(wire.endPayload(GoMicroHeaders.endOfStream), isEnd: true)
            if parameters.isClient { scheduleEndCheck(from: .now) }
        } catch is MicroError where state.withLock(\.hasPeerEnded) {
            // The peer no longer needs the end.
        }
    }

    /// Ends a stream that a go-micro server does not end after the client has finished: some versions read the client's
    /// end as an empty message, and some do not report the end of the handler.
    private func scheduleEndCheck(from instant: ContinuousClock.Instant) {
        let limit = parameters.timeout
        _ = DeadlineQueue.shared.schedule(at: instant + limit) { [weak self] in
            guard let self else { return }
            let (peer, lastActivity, hasEnded) = state.withLock { ($0.peer, $0.lastActivity, $0.end != nil) }
            guard !hasEnded, peer != .swiftMicro else { return }
            guard lastActivity + limit <= .now else { return scheduleEndCheck(from: lastActivity) }
            fail(
                MicroError(
                    .deadlineExceeded,
                    "\(parameters.name) did not end the stream within \(limit) after this side finished: go-micro before "
                        + "v1.18 may never do so",
                    origin: MicroError.Origin.transport),
                notifiesPeer: true)
        }
    }

    private func send(_ payload: Wire.Payload, size: Int = 0, isEnd: Bool = false) async throws {
        while true {
            try state.withLock { try Self.checkSending($0) }
            if !isEnd { try await waitForWindow() }
            do {
                let position = isEnd ? StreamPosition.halfClose : .message
                let outcome = try await wire.send(payload, as: position, by: parameters.deadline) {
                    try self.number(size: size, isEnd: isEnd, $0)
                }
                switch outcome {
                case .sent: return
                case .windowFull: continue
                case .connectionLost: throw MicroError.connectionLost(parameters.name, broker: parameters.broker)
                }
            } catch {
                throw state.withLock(\.end) ?? error
            }
        }
    }

    /// Numbers a message and records that it was sent.
    ///
    /// - Returns: False if it was not sent, because the window is full or the argument returned false.
    private func number(size: Int, isEnd: Bool, _ send: (UInt64) -> Bool) throws -> Bool {
        try state.withLock { state in
            try Self.checkSending(state)
            if state.peer != .goMicro, state.window.isFull, !isEnd { return false }
            guard send(state.sent + 1) else { return false }
            state.sent += 1
            if !isEnd { state.window.sent(size) }
            state.hasFinished = isEnd
            return true
        }
    }

    private static func checkSending(_ state: State) throws {
        if let end = state.end { throw end }
        if state.hasFinished { throw finishedError }
    }

    /// Returns when the window has room, or the stream has ended. Cancellation of the task ends the stream.
    private func waitForWindow() async throws {
        let promise = Promise<Void>()
        let mustWait = state.withLock { state in
            guard state.window.isFull, state.peer != .goMicro, state.end == nil else { return false }
            state.senders.append(promise)
            return true
        }
        if mustWait { try await promise.uncancellableValue() }
    }
}
