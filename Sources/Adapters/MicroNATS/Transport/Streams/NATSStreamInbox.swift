// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MessageTransport
import MicroCore

/// Receives the messages of a client's streams.
final class NATSStreamInbox: Sendable {
    private let inbox: NATSInbox<NATSStreamDelegate>

    init(_ connection: NATSConnectionManager) {
        inbox = NATSInbox("streams", of: connection) { messages, inbox in
            for message in messages {
                if let owner = StreamControl.owner(of: message.subject) {
                    inbox[owner]?.receiveControl(message)
                } else {
                    inbox[message.subject]?.receive(message)
                }
            }
        } fail: { stream, error in
            stream.fail(error)
        }
        // Messages on a lost connection may never have arrived.
        connection.addObserver { [weak self] event in if case .disconnected = event { self?.failAll() } }
    }

    /// Creates the subject for a new stream.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `closed`, or why the server refuses the subscription.
    func makeSubject() throws -> String { try inbox.makeSubject() }

    func add(_ stream: NATSStreamDelegate, at subject: String) { inbox[subject] = stream }

    func remove(_ subject: String) { inbox.remove(subject) }

    /// Ends all streams.
    ///
    /// - Parameter error: The error that is sent to the peers; nil if the connection was lost.
    func failAll(_ error: MicroError? = nil) {
        for stream in inbox.entries.values {
            if let error { stream.fail(error, notifiesPeer: true) } else { stream.failConnectionLost() }
        }
    }
}
