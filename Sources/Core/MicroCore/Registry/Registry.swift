// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A service registry: stores which nodes run which services, and finds them. Examples are Consul, etcd and the
/// in-process memory registry.
///
/// Every adapter keeps the following contract. An adapter documents only its additional guarantees.
///
/// * All operations throw ``MicroError`` or `CancellationError`, keep the timeout of the adapter's configuration and end
///   promptly on cancellation.
/// * A backend that cannot be reached is reported as `unavailable`, never as an empty result.
/// * Values are copied: changing a value that was passed in or returned does not change what is stored.
/// * Operations of one client on one node are executed one after another.
/// * Names are compared exactly: `svc` and `SVC` are different services. Clients with different namespaces, and clients
///   with and without a namespace, do not see each other's services.
/// * After a loss of the backend, the adapter retries with backoff until it recovers. A response that is not
///   valid is an error, never data.
///
/// `description` names the backend and its address for messages, such as `Consul at http://127.0.0.1:8500`.
public protocol Registry: Sendable, CustomStringConvertible {
    /// The kind of registry, such as `consul`. It is the name by which settings select the adapter, and the value of the
    /// node metadata `registry`.
    var name: String { get }

    /// The optional parts of the contract that this registry supports.
    var capabilities: RegistryCapabilities { get }

    /// The hosts and ports of the registry's servers; empty, the default, if there are none. A service that listens on all
    /// interfaces registers the local address of the route to them.
    var serverAddresses: [Address] { get }

    /// Adds the nodes of a record, or refreshes them. Heartbeats call this method, too.
    ///
    /// A record with an invalid part is refused before anything is sent. Registering an unchanged record refreshes all its
    /// nodes; watches see no change. A changed record replaces the earlier one completely. A node belongs to the
    /// service and the version of its latest registration, whose time to live applies, even if it is longer or nil. A
    /// refresh detects that the backend has lost a node, and restores it. Several nodes are not registered atomically: if
    /// one fails, the call throws and can be repeated.
    ///
    /// A node that moves to another service leaves the earlier one immediately if this client registered it there. If
    /// another client did, this requires ``RegistryCapabilities/foreignMoves``; otherwise the node also stays in the
    /// earlier service until its time to live there ends. Only one client at a time may keep a node registered: if
    /// several clients refresh one node with different records, it is not specified which record applies.
    ///
    /// - Parameters:
    ///   - service: The record, with at least one node.
    ///   - timeToLive: How long the nodes stay without a refresh; nil for nodes that never expire. A value below the
    ///     backend's minimum is raised to that minimum.
    /// - Returns: The effective time to live, and whether a node was missing at the backend.
    /// - Throws: `invalidName`, `invalidArgument`, `payloadTooLarge`, `unauthenticated`, `permissionDenied`,
    ///   `unavailable`, `deadlineExceeded`, `closed`.
    @discardableResult
    func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome

    /// Removes the nodes of a record from its service, by their IDs, regardless of the version and the rest of the
    /// record. Removing a node that is not registered succeeds. A node that now belongs to another service stays, and
    /// the call succeeds.
    ///
    /// - Throws: As ``register(_:timeToLive:)``.
    func deregister(_ service: ServiceRecord) async throws

    /// Reads the records of a service. It changes nothing, and does not extend a time to live. Records that cannot be read
    /// are skipped and logged.
    ///
    /// - Returns: One record for each version; empty if the service has no nodes.
    /// - Throws: `invalidName`, `unauthenticated`, `permissionDenied`, `unavailable`, `deadlineExceeded`, `closed`.
    func lookUp(_ name: String) async throws -> [ServiceRecord]

    /// Reads the names of all services.
    ///
    /// - Returns: The names, sorted, each once.
    /// - Throws: `unauthenticated`, `permissionDenied`, `unavailable`, `deadlineExceeded`, `closed`.
    func list() async throws -> [String]

    /// Watches one service, or all services (nil): delivers the current state first, then every later state.
    ///
    /// ``RegistryWatch`` documents the guarantees of a watch.
    ///
    /// - Throws: `invalidName` and `closed` only. Failures of the backend are part of the states.
    func watch(_ name: String?) throws -> RegistryWatch

    /// Ends all watches and background work, and waits until they have ended.
    ///
    /// Closing twice is allowed. Every operation afterwards throws `closed`. Registered nodes stay until their time to live
    /// ends. Other clients are not affected.
    func close() async
}

extension Registry {
    /// No servers.
    public var serverAddresses: [Address] { [] }
}
