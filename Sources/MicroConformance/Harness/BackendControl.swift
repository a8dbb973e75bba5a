// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What can be done to a backend from outside, to see what the adapter makes of it.
public enum BackendAction: String, Sendable, CaseIterable {
    /// Stop it, in order or not; what it keeps on disk stays.
    case stop
    /// Start it again after ``stop``, and wait until it serves. A success where it runs already: the kit
    /// starts it after every case that may have stopped it.
    case start
    /// Make it forget everything; it serves again when the action is over.
    case wipe
}

/// The hook by which cases reach the backend. A harness without one has its tier F cases reported as not runnable.
public protocol BackendControl: Sendable {
    /// The actions that it can carry out.
    var actions: Set<BackendAction> { get }

    /// Carries out an action and returns when it has taken effect.
    func perform(_ action: BackendAction) async throws
}

/// What a backend holds on behalf of all clients: the leftovers that a case must not leave.
public struct Census: Sendable, Hashable {
    /// Open watches; nil where they cannot be counted.
    public var watches: Int?

    /// Creates a census.
    public init(watches: Int? = nil) { self.watches = watches }
}
