// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore
import Synchronization

extension NATSStreamDelegate {
    func send(_ message: ByteBuffer) async throws {
        let limits = NATSCallLimits(maxPayload: connection.maxPayload)
        try await write(limits.encoded(parameters.fields, body: message, of: "message"), size: message.readableBytes)
    }

    func finish() async throws {
        if state.withLock({ $0.hasFinished && $0.end == nil }) { return }
        do {
            try await write(endPayload(GoMicroHeaders.endOfStream), isEnd: true)
            if parameters.isClient { scheduleEndCheck(from: .now) }
        } catch is MicroError where state.withLock(\.hasPeerEnded) {
            // The peer does not need the end any more.
        }
    }

    /// Ends a stream whose go-micro server does not end it after the client has finished: some versions read the client's end
    /// as an empty message, and some do not report the end of the handler.
    private func scheduleEndCheck(from instant: ContinuousClock.Instant) {
        let limit = connection.configuration.timeout
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

    private func write(_ payload: ByteBuffer, size: Int = 0, isEnd: Bool = false) async throws {
        while true {
            try checkSending()
            try await waitForWindow()
            var outcome: Result<Bool, any Error> = .success(false)
            do {
                try await connection.send(to: parameters.subject, by: parameters.deadline) { output in
                    // Numbered here, so that the numbers have the order of the messages in the send buffer.
                    outcome = Result { try self.makeHeaders(size: size, isEnd: isEnd) }.map { streamHeaders in
                        guard let streamHeaders else { return false }
                        let message = BrokerMessage(headers: streamHeaders.headers, body: payload)
                        output.appendPublish(message, to: self.parameters.subject, reply: self.parameters.inbox)
                        return true
                    }
                }
            } catch {
                throw state.withLock(\.end) ?? error
            }
            if try outcome.get() { return }
        }
    }

    /// Counts a message that is written now.
    ///
    /// - Returns: The headers of the message; nil if the window is full.
    private func makeHeaders(size: Int, isEnd: Bool) throws -> NATSStreamHeaders? {
        try state.withLock { state in
            if let end = state.end { throw end }
            if state.hasFinished { throw Self.finishedError }
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
            if state.hasFinished { throw Self.finishedError }
        }
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
