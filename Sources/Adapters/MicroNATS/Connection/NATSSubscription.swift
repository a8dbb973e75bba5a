// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A client's subscription, which outlives the connection to a server.
final class NATSSubscription: Sendable {
    let id: UInt64
    let subject: String
    let queue: String?
    /// Receives the messages. Called on the connection's thread, which it must not block.
    let receive: @Sendable ([NATSMessage]) -> Void

    init(id: UInt64, subject: String, queue: String?, receive: @escaping @Sendable ([NATSMessage]) -> Void) {
        self.id = id
        self.subject = subject
        self.queue = queue
        self.receive = receive
    }
}
