// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What a client has registered: so that a heartbeat is cheap, and that what may have arrived can be removed.
final class EtcdRegistrations: Sendable {
    /// What there may be of one node.
    struct Entry: Sendable {
        /// Keys that may be there, the present one last.
        var keys: [String] = []
        /// Leases that may be there, with the present one.
        var leases: Set<Int64> = []
        /// The lease to keep alive.
        var lease: Lease?
        /// What is certainly stored, until somebody else changes it.
        var stored: StoredValue?
    }

    /// A lease that was granted.
    struct Lease: Sendable {
        let id: Int64
        /// What was asked for, in seconds.
        let seconds: Int64
    }

    /// A value as it was stored.
    struct StoredValue: Sendable {
        let key: String
        let value: [UInt8]
        /// Zero for none.
        let lease: Int64
        let revision: Int64
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// What there may be of a node, by its ID; nil removes it.
    subscript(id: String) -> Entry? {
        get { entries.withLock { $0[id] } }
        set { entries.withLock { $0[id] = newValue } }
    }
}
