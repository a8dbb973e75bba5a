// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore

/// Registers nodes, refreshes them and removes them.
///
/// Operations on the same node must not overlap.
final class ConsulRegistrar: Sendable {
    private let api: ConsulAPI
    private let namespace: ConsulNamespace
    private let logger: Logger
    private let registered = ConsulRegistrations()

    init(api: ConsulAPI, namespace: ConsulNamespace, logger: Logger) {
        self.api = api
        self.namespace = namespace
        self.logger = logger
    }

    /// Registers a node, or passes its TTL check if it is registered already.
    ///
    /// - Returns: Whether the node was new, or its agent had lost it.
    func register(_ node: Node, of service: ServiceRecord, timeToLive: Duration?) async throws -> Bool {
        let registration = try ConsulRecord.registration(
            of: node, of: service, namespace: namespace, timeToLive: timeToLive)
        if let name = registered.name(of: registration.id), name != registration.name {
            // Consul does not end the blocking queries of the old service when an instance is renamed.
            try await deregister(node)
        }
        let response = try await api.register(registration, refreshingAt: registered.agent(toRefresh: registration))
        return response.existed ? false : registered.update(registration, at: response.agent)
    }

    /// Removes a node wherever this client registered it; otherwise at the first agent that responds.
    func deregister(_ node: Node) async throws {
        let id = namespace.storedID(ofNode: node.id)
        let agents = registered.agents(of: id)
        try await api.deregister(id, at: agents.last)
        registered.remove(id)
        for agent in agents.dropLast() {
            // A lost agent may have recovered with its copy. If it has not, there is nothing to remove.
            do { try await api.deregister(id, at: agent) } catch {
                logger.debug(
                    "deregistration at a previous agent failed",
                    metadata: ["id": "\(id)", "agent": "\(agent)", "cause": "\(error)"])
            }
        }
    }
}
