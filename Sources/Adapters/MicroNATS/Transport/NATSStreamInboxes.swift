// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The client's side of all streams, whose messages come by one subject with a wildcard.
final class NATSStreamInboxes: Sendable {
    private struct State {
        var subscription: NATSSubscription?
        /// By inbox.
        var streams: [String: NATSStreamDelegate] = [:]
        var nextID: UInt64 = 0
    }

    private let connection: NATSConnectionManager
    /// Nobody else's, so that nobody else gets the messages.
    private let prefix = "_INBOX.streams.\(NATSName.unique())."
    private let state = Mutex(State())

    init(_ connection: NATSConnectionManager) {
        self.connection = connection
        // What was sent on a session that is lost may never have arrived.
        connection.addSessionObserver { [weak self] session in if session == nil { self?.failAll() } }
    }

    /// A subject for a new stream.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `closed`.
    func makeInbox() throws -> String {
        try state.withLock { state in
            if state.subscription == nil {
                state.subscription = try connection.subscribe(prefix + ">") { [weak self] messages in
                    for message in messages { self?.receive(message) }
                }
            }
            state.nextID += 1
            return "\(prefix)\(state.nextID)"
        }
    }

    func add(_ stream: NATSStreamDelegate, at inbox: String) { state.withLock { $0.streams[inbox] = stream } }

    func remove(_ inbox: String) { state.withLock { _ = $0.streams.removeValue(forKey: inbox) } }

    /// How many streams are open.
    var count: Int { state.withLock(\.streams.count) }

    /// Ends all streams.
    func failAll(_ error: MicroError? = nil) {
        let streams = state.withLock { Array($0.streams.values) }
        for stream in streams {
            stream.fail(error ?? MicroError.natsConnectionLost(stream.parameters.name), notifiesPeer: error != nil)
        }
    }

    private func receive(_ message: NATSMessage) {
        if let inbox = NATSControlMessage.owner(of: message.subject) {
            state.withLock { $0.streams[inbox] }?.receiveControl(message)
        } else {
            state.withLock { $0.streams[message.subject] }?.receive(message)
        }
    }
}
