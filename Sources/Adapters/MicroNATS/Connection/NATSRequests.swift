// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Requests, whose replies all come by one subject with a wildcard.
package final class NATSRequests: Sendable {
    /// What the subjects of replies begin with. Each client that has asked something subscribes to one, until it is closed.
    package static let inboxPrefix = "_INBOX.replies."

    private typealias Reply = Result<NATSMessage, any Error>

    private enum Progress {
        /// The request is being sent.
        case sending
        case sent
        case waiting(CheckedContinuation<NATSMessage, any Error>)
        /// Over before anybody waited.
        case finished(Reply)
    }

    private struct PendingRequest {
        /// What was published to.
        let subject: String
        var progress = Progress.sending
    }

    private struct State {
        var subscription: NATSSubscription?
        /// By the subject of the reply.
        var pendingRequests: [String: PendingRequest] = [:]
        var nextID: UInt64 = 0
    }

    private let connection: NATSConnectionManager
    /// Nobody else's, so that nobody else gets the replies.
    private let prefix = "\(NATSRequests.inboxPrefix)\(NATSName.unique())."
    private let state = Mutex(State())

    init(_ connection: NATSConnectionManager) {
        self.connection = connection
        // What was asked on a session that is lost may never be answered.
        connection.addSessionObserver { [weak self] session in if session == nil { self?.failAll() } }
        connection.observeDenials { [weak self] subject, error in self?.fail(subject, error) }
    }

    /// Sends a message and waits for the first reply.
    ///
    /// - Parameter abandon: Told the subject of the reply if the task is cancelled when the request has been sent.
    /// - Returns: The reply, or a status such as 503: there is nobody who could reply.
    /// - Throws: ``MicroCore/MicroError``, `CancellationError`.
    func request(
        _ message: BrokerMessage, to subject: String, by deadline: ContinuousClock.Instant,
        onAbandon: @Sendable (_ inbox: String) -> Void = { _ in }
    ) async throws -> NATSMessage {
        let inbox = try makeInbox(for: subject)
        let late = MicroError(
            .deadlineExceeded, "nobody has replied to a request to \(subject) in time (\(connection.description))",
            origin: MicroError.Origin.broker)
        do {
            try await connection.send(to: subject, by: deadline) {
                $0.appendPublish(message, to: subject, reply: inbox)
            }
        } catch {
            state.withLock { _ = $0.pendingRequests.removeValue(forKey: inbox) }
            throw error
        }
        state.withLock { state in
            if case .sending? = state.pendingRequests[inbox]?.progress {
                state.pendingRequests[inbox]?.progress = .sent
            }
        }
        let timer = DeadlineQueue.shared.schedule(at: deadline) { self.end(inbox, .failure(late)) }
        defer { DeadlineQueue.shared.cancel(timer) }
        do { return try await reply(to: inbox) } catch let error as CancellationError {
            onAbandon(inbox)
            throw error
        }
    }

    /// Ends all requests that wait for a reply.
    ///
    /// - Parameter abandon: Told the subject of each, and that of its reply, before it ends.
    func endAll(_ error: MicroError, onAbandon: (_ subject: String, _ inbox: String) -> Void) {
        let sent = state.withLock { state in
            state.pendingRequests.filter { if case .sending = $0.value.progress { false } else { true } }
        }
        for (inbox, pendingRequest) in sent {
            onAbandon(pendingRequest.subject, inbox)
            end(inbox, .failure(error))
        }
    }

    private func makeInbox(for subject: String) throws -> String {
        try state.withLock { state in
            if state.subscription == nil {
                state.subscription = try connection.subscribe(prefix + "*") { [weak self] messages in
                    self?.receive(messages)
                }
            }
            state.nextID += 1
            let inbox = "\(prefix)\(state.nextID)"
            state.pendingRequests[inbox] = PendingRequest(subject: subject)
            return inbox
        }
    }

    private func reply(to inbox: String) async throws -> NATSMessage {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let early = state.withLock { state -> Reply? in
                    guard case .finished(let reply)? = state.pendingRequests[inbox]?.progress else {
                        state.pendingRequests[inbox]?.progress = .waiting(continuation)
                        return nil
                    }
                    state.pendingRequests[inbox] = nil
                    return reply
                }
                if let early { continuation.resume(with: early) }
            }
        } onCancel: {
            end(inbox, .failure(CancellationError()))
        }
    }

    private func receive(_ messages: [NATSMessage]) {
        for message in messages { end(message.subject, .success(message)) }
    }

    private func failAll() {
        let error = MicroError(
            .unavailable, "the connection to \(connection.description) was lost before a reply came",
            origin: MicroError.Origin.broker)
        // What is not sent yet is sent to the next server.
        let inboxes = state.withLock { state in
            state.pendingRequests.filter { if case .sending = $0.value.progress { false } else { true } }.map(\.key)
        }
        for inbox in inboxes { end(inbox, .failure(error)) }
    }

    /// The server does not allow to publish to a subject: nobody replies.
    private func fail(_ subject: String, _ error: MicroError) {
        let inboxes = state.withLock { $0.pendingRequests.filter { $0.value.subject == subject }.map(\.key) }
        for inbox in inboxes { end(inbox, .failure(error)) }
    }

    /// Only the first of several counts.
    private func end(_ inbox: String, _ reply: Reply) {
        let waiting = state.withLock { state -> CheckedContinuation<NATSMessage, any Error>? in
            switch state.pendingRequests[inbox]?.progress {
            case .sending?, .sent?:
                state.pendingRequests[inbox]?.progress = .finished(reply)
                return nil
            case .waiting(let continuation)?:
                state.pendingRequests[inbox] = nil
                return continuation
            case .finished?, nil: return nil
            }
        }
        waiting?.resume(with: reply)
    }
}

/// Names that nobody else has.
enum NATSName {
    /// 22 letters and digits.
    static func unique() -> String {
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        return String((0..<22).map { _ in alphabet[Int.random(in: alphabet.indices)] })
    }
}
