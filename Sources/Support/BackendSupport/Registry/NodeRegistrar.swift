// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

/// Registers, refreshes and removes single nodes at a server.
///
/// ``register(_:timeToLive:)`` and ``deregister(_:)``, which are for whole services, hold the locks of their nodes. The methods
/// for a node must only be called while its lock is held.
package protocol NodeRegistrar: Sendable {
    /// The locks of the nodes, by ID.
    var locks: KeyedLock<String> { get }

    /// Registers a node, or refreshes it if it is registered already.
    ///
    /// - Parameter timeToLive: The effective time to live; nil for none.
    /// - Returns: The time to live that the server granted, and whether the node did not exist or had expired.
    func register(_ node: Node, of service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome

    /// Removes a node of a service. A node that does not exist is no error.
    func deregister(_ node: Node, of service: ServiceRecord) async throws
}

extension NodeRegistrar {
    /// Registers the nodes of a service.
    ///
    /// - Parameter timeToLive: The effective time to live; nil for none.
    /// - Returns: The shortest time to live that the server granted, and whether at least one node was created: see
    ///   ``/MicroCore/RegisterOutcome/created``.
    package func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        try await locks.withLock(Set(service.nodes.map(\.id))) {
            var outcomes: [RegisterOutcome] = []
            for node in service.nodes {
                outcomes.append(try await register(node, of: service, timeToLive: timeToLive))
            }
            return RegisterOutcome(
                timeToLive: outcomes.compactMap(\.timeToLive).min(),
                created: outcomes.contains(where: \.created))
        }
    }

    /// Removes the nodes of a service.
    package func deregister(_ service: ServiceRecord) async throws {
        try await locks.withLock(Set(service.nodes.map(\.id))) {
            for node in service.nodes { try await deregister(node, of: service) }
        }
    }
}
