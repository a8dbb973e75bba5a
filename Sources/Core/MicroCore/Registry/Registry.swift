// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A service registry: stores which nodes run which services, and finds them. For example Consul, etcd or the memory of this
/// process.
///
/// Every adapter keeps the following contract. An adapter documents only what goes beyond it.
///
/// * All operations throw ``MicroError`` or `CancellationError`, keep the timeout of the adapter's configuration and end
///   promptly on cancellation.
/// * A backend that cannot be reached is reported as `unavailable`, never as an empty result.
/// * Values are copied: changing a value that was passed in or returned does not change what is stored.
/// * Operations of one client on one node are executed one after the other.
///
/// `description` names the backend and its address for messages, such as `Consul at http://127.0.0.1:8500`.
public protocol Registry: Sendable, CustomStringConvertible {
    /// The kind of registry, such as `consul`. It is the name by which settings select the adapter, and the value of the
    /// node metadata `registry`.
    var name: String { get }

    /// The optional parts of the contract that this registry supports.
    var capabilities: RegistryCapabilities { get }

    /// Adds the nodes of a record, or refreshes them. It also is the heartbeat.
    ///
    /// It is idempotent, cheap if nothing has changed, and detects that the backend has lost a node. Several nodes are not
    /// registered atomically: if one fails, the call throws and can be repeated.
    ///
    /// - Parameters:
    ///   - service: The record, with at least one node.
    ///   - timeToLive: How long the nodes stay without a refresh; nil for nodes that never expire. A value below the
    ///     backend's minimum is raised to that minimum.
    /// - Returns: The time to live in force, and whether a node was new to the backend.
    /// - Throws: `invalidName`, `invalidArgument`, `payloadTooLarge`, `unauthenticated`, `permissionDenied`,
    ///   `unavailable`, `deadlineExceeded`, `closed`.
    @discardableResult
    func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome

    /// Removes the nodes of a record. Removing a node that is not registered succeeds.
    ///
    /// - Throws: As ``register(_:timeToLive:)``.
    func deregister(_ service: ServiceRecord) async throws

    /// Reads the records of a service.
    ///
    /// - Returns: One record for each version; empty if the service has no nodes.
    /// - Throws: `invalidName`, `unauthenticated`, `permissionDenied`, `unavailable`, `deadlineExceeded`, `closed`.
    func lookUp(_ name: String) async throws -> [ServiceRecord]

    /// Reads the names of all services.
    ///
    /// - Returns: The names, sorted, each once.
    /// - Throws: `unauthenticated`, `permissionDenied`, `unavailable`, `deadlineExceeded`, `closed`.
    func list() async throws -> [String]

    /// Watches one service, or all services (nil): delivers the current state first, then every later one.
    ///
    /// ``RegistryWatch`` documents the guarantees of a watch.
    ///
    /// - Throws: `invalidName` and `closed` only. Failures of the backend are part of the states.
    func watch(_ name: String?) throws -> RegistryWatch

    /// Ends all watches and background work, and waits until they have ended.
    ///
    /// Closing twice is allowed. Every operation afterwards throws `closed`. Registered nodes stay until their time to live
    /// ends.
    func close() async
}
