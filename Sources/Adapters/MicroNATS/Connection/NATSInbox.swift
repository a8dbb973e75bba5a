// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The subjects on which this client receives replies: one for each entry, with one wildcard subscription for all
/// entries.
///
/// The subscription is made for the first entry and kept until the connection is closed.
final class NATSInbox<Entry: Sendable>: Sendable {
    private struct State {
        var subscription: NATSSubscription?
        /// By subject.
        var entries: [String: Entry] = [:]
        var nextID: UInt64 = 0
    }

    private let connection: NATSConnectionManager
    /// Unique, so that no other client receives the replies.
    private let prefix: String
    private let state = Mutex(State())
    private let receive: @Sendable ([NATSMessage], NATSInbox) -> Void
    private let fail: @Sendable (Entry, MicroError) -> Void

    /// - Parameters:
    ///   - name: The purpose of the inbox, used as the token after the prefix of all inboxes.
    ///   - receive: Handles messages. Called on the connection's thread, which it must not block.
    ///   - fail: Fails an entry if the server refuses the subscription, because the entry will receive nothing.
    init(
        _ name: String, of connection: NATSConnectionManager,
        receive: @escaping @Sendable ([NATSMessage], NATSInbox) -> Void,
        fail: @escaping @Sendable (Entry, MicroError) -> Void
    ) {
        self.connection = connection
        self.receive = receive
        self.fail = fail
        prefix = "\(connection.configuration.inboxPrefix).\(name).\(NATSUniqueName.make())."
    }

    /// Creates the subject for a new entry.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `closed`, or why the server refuses the subscription.
    func makeSubject() throws -> String {
        try state.withLock { state in
            if let refusal = state.subscription?.refusal { throw refusal.addingInboxAdvice }
            if state.subscription == nil {
                state.subscription = try connection.subscribe(prefix + ">") { [weak self] error in
                    guard let self, let error else { return }
                    for entry in entries.values { fail(entry, error.addingInboxAdvice) }
                } receive: { [weak self] messages in
                    guard let self else { return }
                    receive(messages, self)
                }
            }
            state.nextID += 1
            return "\(prefix)\(state.nextID)"
        }
    }

    /// The entry at a subject.
    subscript(_ subject: String) -> Entry? {
        get { state.withLock { $0.entries[subject] } }
        set { state.withLock { $0.entries[subject] = newValue } }
    }

    /// Removes the entry at a subject.
    ///
    /// - Returns: The entry, if there was one.
    @discardableResult
    func remove(_ subject: String) -> Entry? { state.withLock { $0.entries.removeValue(forKey: subject) } }

    /// All entries by subject.
    var entries: [String: Entry] { state.withLock(\.entries) }
}

extension MicroError {
    /// The error of a refused subscription to an inbox.
    var addingInboxAdvice: MicroError {
        guard code == .permissionDenied else { return self }
        var error = self
        error.message += " Allow the client to subscribe to its inboxes, or set their prefix (NATS_INBOX_PREFIX)."
        return error
    }
}
