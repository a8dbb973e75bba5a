// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The number of resources that a backend holds on behalf of all clients. Cases check that none are leaked.
public struct ResourceCounts: Sendable, Hashable {
    /// Open watches; nil if they cannot be counted.
    public var watches: Int?
    /// Leases or checks that keep registrations alive; nil if they cannot be counted.
    public var leases: Int?
    /// Open subscriptions, with the resources that the backend keeps only for them; nil if they cannot be counted.
    public var subscriptions: Int?
    /// Open connections; nil if they cannot be counted.
    public var connections: Int?

    /// Creates counts.
    public init(watches: Int? = nil, leases: Int? = nil, subscriptions: Int? = nil, connections: Int? = nil) {
        self.watches = watches
        self.leases = leases
        self.subscriptions = subscriptions
        self.connections = connections
    }
}
