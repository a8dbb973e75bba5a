// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What can be done to a backend from outside, to see what the adapter makes of it.
public enum BackendAction: String, Sendable, CaseIterable {
    /// Stop it in order; what it keeps on disk stays.
    case stop
    /// End it at once, as `kill -9` does; what it keeps on disk stays.
    case kill
    /// Start it again after ``stop`` or ``kill``, and wait until it serves. A success where it runs already: the kit
    /// starts it after every case that may have ended it.
    case start
    /// Halt it with its connections open, as `SIGSTOP` does.
    case pause
    /// Let it go on after ``pause``. A success where it runs already.
    case resume
    /// Make it forget everything; it serves again when the action is over.
    case wipe
    /// Make it forget its history, not what is registered: a watch cannot be resumed from before.
    case compact
    /// Take away what keeps registrations alive: leases, checks. The nodes go with them.
    case revoke
    /// Take their rights from clients with ``Credentials/revocable``, until the next client with such is made.
    case revokeCredentials
}

/// The hook by which cases reach the backend. A harness without one has the cases that need it reported as not runnable.
public protocol BackendControl: Sendable {
    /// The actions that it can carry out.
    var actions: Set<BackendAction> { get }

    /// Carries out an action and returns when it has taken effect.
    func perform(_ action: BackendAction) async throws
}

/// What a backend holds on behalf of all clients: the leftovers that a case must not leave.
public struct ResourceCounts: Sendable, Hashable {
    /// Open watches; nil where they cannot be counted.
    public var watches: Int?
    /// What keeps registrations alive, such as leases or checks; nil where it cannot be counted.
    public var leases: Int?
    /// Open subscriptions, and what the backend keeps for them alone; nil where they cannot be counted.
    public var subscriptions: Int?
    /// Open connections; nil where they cannot be counted.
    public var connections: Int?

    /// Creates a census.
    public init(watches: Int? = nil, leases: Int? = nil, subscriptions: Int? = nil, connections: Int? = nil) {
        self.watches = watches
        self.leases = leases
        self.subscriptions = subscriptions
        self.connections = connections
    }
}
