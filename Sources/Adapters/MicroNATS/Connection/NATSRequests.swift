// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Sends requests and waits for their replies.
final class NATSRequests: Sendable {
    private final class PendingRequest: Sendable {
        let subject: String
        let reply = Promise<NATSMessage>()
        /// After a connection loss, requests that were not written yet are sent to the next server.
        let wasWritten = Atomic(false)

        init(_ subject: String) { self.subject = subject }
    }

    private let connection: NATSConnectionManager
    private let inbox: NATSInbox<PendingRequest>

    init(_ connection: NATSConnectionManager) {
        self.connection = connection
        inbox = NATSInbox(NATSSubject.replyInboxName, of: connection) { messages, inbox in
            for message in messages { inbox.remove(message.subject)?.reply.resolve(with: .success(message)) }
        } fail: { request, error in
            request.reply.reject(with: error)
        }
        connection.addObserver { [weak self] event in
            switch event {
            case .connected: break
            case .disconnected: self?.failWritten()
            case .publicationDenied(let subject, let error): self?.fail(requestsTo: subject, error)
            }
        }
    }

    /// Sends a message and waits for the first reply.
    ///
    /// - Parameter onAbandon: Called with the subject of the reply if the task is cancelled after the request was sent.
    /// - Returns: The reply, or a status such as 503 if the subject has no subscribers.
    /// - Throws: ``/MicroCore/MicroError``, `CancellationError`.
    func request(
        _ message: BrokerMessage, to subject: String, by deadline: ContinuousClock.Instant,
        onAbandon: @Sendable (_ inbox: String) -> Void = { _ in }
    ) async throws -> NATSMessage {
        let request = PendingRequest(subject)
        let replySubject = try inbox.makeSubject()
        inbox[replySubject] = request
        defer { inbox.remove(replySubject) }
        let size = NATSHeaderBlock.payloadSize(of: message)
        try await connection.send(to: subject, size: size, by: deadline) { output in
            output.appendPublish(message, to: subject, reply: replySubject)
            request.wasWritten.store(true, ordering: .releasing)
        }
        let connection = connection
        do {
            let reply = try await request.reply.value(
                until: deadline,
                orThrow: connection.kind.error(
                    .deadlineExceeded, "no reply to a request to \(subject) before the deadline (\(connection))"))
            connection.recordReply(from: subject)
            return reply
        } catch let error as CancellationError {
            onAbandon(replySubject)
            throw error
        }
    }

    /// Fails all requests that wait for a reply.
    ///
    /// - Parameter onAbandon: Called for each before it fails.
    func failAll(_ error: MicroError, onAbandon: (_ subject: String, _ inbox: String) -> Void = { _, _ in }) {
        for (inbox, request) in inbox.entries where request.wasWritten.load(ordering: .acquiring) {
            onAbandon(request.subject, inbox)
            request.reply.reject(with: error)
        }
    }

    /// Replies to requests on a lost connection may never arrive.
    private func failWritten() {
        failAll(
            connection.kind.error(.unavailable, "the connection to \(connection) was lost before the reply arrived"))
    }

    /// The server denies publications to a subject: there will be no reply.
    private func fail(requestsTo subject: String, _ error: MicroError) {
        for request in inbox.entries.values where request.subject == subject { request.reply.reject(with: error) }
    }
}
