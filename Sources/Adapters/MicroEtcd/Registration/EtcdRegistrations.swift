// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The registrations of this client. They make heartbeats cheap, and record everything that may be stored, so that it
/// can be removed.
final class EtcdRegistrations: Sendable {
    /// Everything that etcd may have stored for one node.
    struct Entry: Sendable {
        /// Keys that may exist, the current one last.
        var keys: [String] = []
        /// Leases that may exist, including the current one.
        var leases: Set<Int64> = []
        /// The current lease, which heartbeats renew.
        var lease: Lease?
        /// The value that etcd has confirmed, unless another client has changed it.
        var stored: StoredValue?
    }

    /// A granted lease.
    struct Lease: Sendable {
        let id: Int64
        /// The requested time to live, in seconds.
        let seconds: Int64
    }

    /// A stored value.
    struct StoredValue: Sendable {
        let key: String
        let value: [UInt8]
        /// The ID of the lease of the key; zero for none.
        let lease: Int64
        let revision: Int64
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// The entry of a node, by node ID.
    subscript(id: String) -> Entry? {
        get { entries.withLock { $0[id] } }
        set { entries.withLock { $0[id] = newValue } }
    }
}
