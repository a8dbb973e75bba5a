// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Where services are found: Consul, etcd, the memory of this process.
///
/// Every adapter keeps the same contract; an adapter's own file says only what is special about it.
///
/// * All operations throw ``MicroError`` or `CancellationError`, keep the deadline of the adapter's configuration and
///   end promptly on cancellation. A backend that cannot be reached is `unavailable`, never an empty result.
/// * Values are copied: changing what was passed in or handed out changes nothing that is stored.
/// * Operations of one client on one node are carried out one after the other.
///
/// `description` names the backend and its address for messages, such as `Consul at http://127.0.0.1:8500`.
public protocol Registry: Sendable, CustomStringConvertible {
    /// The name of the kind, such as `consul`: what `MICRO_REGISTRY` is set to, and what nodes carry as `registry`.
    var name: String { get }

    /// What it can do beyond the core of the contract.
    var capabilities: RegistryCapabilities { get }

    /// Adds the record's nodes, or refreshes them: it is the heartbeat too.
    ///
    /// It is idempotent, cheap when nothing changed, and notices when the backend has lost a node. Several nodes are
    /// not registered atomically: if one fails the call throws, and may be repeated.
    ///
    /// - Parameters:
    ///   - service: The record, with at least one node.
    ///   - timeToLive: How long the nodes stay without a refresh; nil for ever. What is below the backend's minimum is
    ///     raised to it.
    /// - Returns: What the backend made of it.
    /// - Throws: `invalidName`, `invalidArgument`, `payloadTooLarge`, `unauthenticated`, `permissionDenied`,
    ///   `unavailable`, `deadlineExceeded`, `closed`.
    @discardableResult
    func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome

    /// Removes the record's nodes. One that is not there is removed already: that is a success.
    ///
    /// - Throws: As ``register(_:timeToLive:)``.
    func deregister(_ service: ServiceRecord) async throws

    /// The records of a service, one for each version; empty when there is none.
    ///
    /// - Throws: `invalidName`, `unauthenticated`, `permissionDenied`, `unavailable`, `deadlineExceeded`, `closed`.
    func lookUp(_ name: String) async throws -> [ServiceRecord]

    /// The names of all services, sorted, each once.
    ///
    /// - Throws: `unauthenticated`, `permissionDenied`, `unavailable`, `deadlineExceeded`, `closed`.
    func list() async throws -> [String]

    /// The present state first, then every later one, of one service or of all (nil).
    ///
    /// See ``RegistryWatch`` for what a watch promises.
    ///
    /// - Throws: `invalidName` and `closed` only: whatever happens at the backend is part of the states.
    func watch(_ name: String?) throws -> RegistryWatch

    /// Ends all watches and background work, and waits for them. Closing twice is fine; every operation afterwards
    /// throws `closed`. What was registered stays until its time to live ends.
    func close() async
}

/// What a backend made of a registration.
public struct RegisterOutcome: Sendable, Hashable {
    /// The time to live in force; nil when the nodes never expire.
    public var timeToLive: Duration?

    /// Whether at least one node was not there before, as far as the adapter can tell: new, or lost by the backend. On a
    /// heartbeat that is a loss which has just been healed.
    public var created: Bool

    /// Creates an outcome.
    public init(timeToLive: Duration?, created: Bool) {
        self.timeToLive = timeToLive
        self.created = created
    }
}
