// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The result of a registration.
public struct RegisterOutcome: Sendable, Hashable {
    /// The effective time to live; nil if the nodes never expire.
    public var timeToLive: Duration?

    /// Whether at least one node was missing at the backend before, as far as the adapter can determine: the node is
    /// new, it had expired, or the backend had lost it. On a heartbeat, true means that the heartbeat has repaired a
    /// loss. The value is not specified for a node that moves to another service.
    public var created: Bool

    /// Creates an outcome.
    public init(timeToLive: Duration?, created: Bool) {
        self.timeToLive = timeToLive
        self.created = created
    }
}
