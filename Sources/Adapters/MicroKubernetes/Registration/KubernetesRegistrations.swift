// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The registrations of this client.
final class KubernetesRegistrations: Sendable {
    /// The known state of one node.
    struct Entry: Sendable {
        /// The Lease without the fields that heartbeats change.
        var lease: Lease
        /// The name of the service.
        var service: String
        /// The version of the Lease with the latest change of the record; nil if it is not known.
        var revision: String?
        /// The server's time at which the latest confirmed heartbeat was sent; nil if there is none.
        var renewedAt: ServerTime?
        /// The time to live; nil for none.
        var timeToLive: Duration?
        /// The time until which a request without a response may still take effect; nil if there is none.
        var unconfirmedUntil: ContinuousClock.Instant?
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// The entry of a node, by node ID.
    subscript(id: String) -> Entry? {
        get { entries.withLock { $0[id] } }
        set { entries.withLock { $0[id] = newValue } }
    }
}
