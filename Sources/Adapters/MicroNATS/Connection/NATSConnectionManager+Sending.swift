// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import MicroCore
import Synchronization

// `trySend` and `tryPublish` never wait; `send` waits for a session with room in its buffer.
extension NATSConnectionManager {
    /// Appends to the send buffer. Waits for a session and for room if necessary.
    ///
    /// - Parameters:
    ///   - subject: The subject of a publication; nil for other protocol messages. If the server recently denied a
    ///     publication to it, the call throws that error and sends nothing.
    ///   - size: The payload size of a publication in bytes, including its headers. If it exceeds the limit of the
    ///     server, which is only known once there is a session, the call throws `payloadTooLarge` and sends nothing:
    ///     the server would close the connection.
    /// - Throws: ``/MicroCore/MicroError``, `CancellationError`.
    func send(
        to subject: String? = nil, size: Int = 0, by deadline: ContinuousClock.Instant? = nil,
        _ append: (inout CurlOutput) -> Void
    ) async throws {
        let deadline = deadline ?? .now + configuration.timeout
        while true {
            let session = try await currentSession(for: subject, by: deadline)
            try checkPayload(size)
            switch session.tryWrite(append) {
            case .available: return
            case .full: try await waitForRoom(session, by: deadline)
            case .closed:
                // The connection loop is about to replace the session.
                guard deadline > .now else { throw session.closedError }
                await Task.yield()
            }
        }
    }

    private func checkPayload(_ size: Int) throws {
        let limit = maxPayload
        guard size <= limit else {
            throw kind.error(
                .payloadTooLarge, "the message has \(size) bytes including headers: \(self) accepts \(limit)",
                isSafeToRetry: true)
        }
    }

    private func currentSession(for subject: String?, by deadline: ContinuousClock.Instant) async throws -> NATSSession
    {
        let session = try state.withLock { state -> NATSSession? in
            if state.isClosed { throw closedError }
            if let subject, let error = state.permissions.denial(of: subject) { throw error }
            return state.session
        }
        if let session { return session }
        return try await connected(by: deadline)
    }

    private func waitForRoom(_ session: NATSSession, by deadline: ContinuousClock.Instant) async throws {
        let timeoutError = kind.error(.deadlineExceeded, "\(session.server) accepts no more data")
        try await withDeadline(deadline, orThrow: timeoutError) { await session.waitForRoom() }
    }

    /// Appends to the send buffer if there is a session with room.
    ///
    /// - Returns: Whether it was appended.
    func trySend(_ append: (inout CurlOutput) -> Void) -> Bool {
        state.withLock(\.session)?.tryWrite(append) == .available
    }

    /// Publishes a message if there is a session with room, permissions need not be checked, the topic is valid, and
    /// the payload is not too large. The caller has validated the headers.
    ///
    /// - Returns: Whether the message was appended to the send buffer.
    func tryPublish(_ message: BrokerMessage, to subject: String) -> Bool {
        state.withLock { state in
            guard let socket = state.uncheckedSocket, NATSHeaderBlock.payloadSize(of: message) <= state.maxPayload
            else { return false }
            // Successive publications usually have the same topic.
            if subject != state.lastTopic {
                guard TopicRules.isTopic(subject) else { return false }
                state.lastTopic = subject
            }
            // A pattern match instead of `==`, which would be a call into another module on the fast path.
            if case .available = socket.tryWrite({ $0.appendPublish(message, to: subject) }) { return true }
            return false
        }
    }

    /// Appends a short protocol message to the send buffer if there is a session, even if the buffer is full. For
    /// messages whose number is bounded, such as acknowledgements of received messages.
    func sendControl(_ append: (inout CurlOutput) -> Void) { _ = state.withLock(\.session)?.write(append) }

    /// Publishes a message. Waits for a session and for room if necessary.
    ///
    /// The server reports a denial only after the publication. The call therefore waits for a confirmation (`PING` and
    /// `PONG`) if the subject was denied before, or if the client has credentials (and so may have its own permissions)
    /// and no publication to the subject was confirmed on this connection.
    ///
    /// - Throws: ``/MicroCore/MicroError``, `CancellationError`.
    func publish(_ message: BrokerMessage, to subject: String, by deadline: ContinuousClock.Instant) async throws {
        let start = ContinuousClock.now
        let wasDenied = state.withLock { $0.permissions.denialCount(of: subject) > 0 }
        try await send(to: subject, size: NATSHeaderBlock.payloadSize(of: message), by: deadline) { output in
            output.appendPublish(message, to: subject)
        }
        guard wasDenied || state.withLock({ $0.hasLogin && !$0.permissions.allows(subject) }) else { return }
        try await confirm(by: deadline)
        try state.withLock { state in
            if let error = state.permissions.denial(of: subject, since: start) { throw error }
            state.permissions.recordSuccess(of: subject)
        }
    }

    /// Records that a publication to a subject was confirmed, and therefore allowed.
    func recordReply(from subject: String) {
        state.withLock { state in
            if state.permissions.denialCount(of: subject) > 0 { state.permissions.recordSuccess(of: subject) }
        }
    }
}
