// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// A node that was chosen, and the way to tell how it did.
public struct Selection: Sendable {
    /// How a call ended, as far as it says something of the node.
    public enum Outcome: Sendable {
        /// The node answered, be it with an error of its own, or let the caller wait until the deadline.
        case responded
        /// It refused the call since it has too much to do.
        case overloaded
        /// It could not be reached.
        case failed
        /// The caller gave up.
        case abandoned
    }

    let candidate: Candidate

    /// The node.
    public var node: Node { candidate.node }

    /// How long the registry has not been readable, if that is so: the node was in it then.
    public let staleDuration: Duration?

    let view: ServiceView
    let start: ContinuousClock.Instant

    /// Tells how the call ended, once.
    ///
    /// A node that failed is set aside for a while, longer with every failure, and let back in after a call that it answers;
    /// when all nodes of a service fail none is set aside. ``SelectionStrategy/leastLoaded`` learns from the rest.
    public func report(_ outcome: Outcome) {
        candidate.load?.end(after: .now - start, outcome)
        view.report(candidate.node.id, outcome)
    }
}
