// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The result of a registration.
public struct RegisterOutcome: Sendable, Hashable {
    /// The time to live in force; nil if the nodes never expire.
    public var timeToLive: Duration?

    /// Whether at least one node was missing at the backend before, as far as the adapter can tell: it is new, or the
    /// backend had lost it. On a heartbeat, true means that a loss was just repaired.
    public var created: Bool

    /// Creates an outcome.
    public init(timeToLive: Duration?, created: Bool) {
        self.timeToLive = timeToLive
        self.created = created
    }
}
