// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore

/// Registers nodes at the agents, refreshes them and removes them.
final class ConsulRegistrar: NodeRegistrar {
    let locks = KeyedLock<String>()
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
    /// - Returns: The time to live as given, and whether the node was new, had expired, or its agent had lost it.
    func register(_ node: Node, of service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        let registration = try ConsulRecord.registration(
            of: node, of: service, namespace: namespace, timeToLive: timeToLive)
        if let name = registered.name(of: registration.id), name != registration.name {
            // Consul does not end the blocking queries of the old service when an instance is renamed.
            try await deregister(registration.id, of: name)
        }
        // Taken before the request, because the time to live begins when the agent receives it.
        let renewedAt = ContinuousClock.now
        let response = try await api.register(registration, refreshingAt: registered.agent(toRefresh: registration))
        let created = registered.update(
            registration, timeToLive: timeToLive, renewedAt: renewedAt, at: response.agent, existed: response.existed)
        return RegisterOutcome(timeToLive: timeToLive, created: created)
    }

    /// Removes a node of a service at all agents where this client registered it; otherwise, at the first agent that
    /// responds.
    func deregister(_ node: Node, of service: ServiceRecord) async throws {
        try await deregister(namespace.storedID(ofNode: node.id), of: namespace.stored(service.name))
    }

    private func deregister(_ id: String, of name: String) async throws {
        let agents = registered.agents(of: id)
        try await api.deregister(id, of: name, at: agents.last)
        if registered.name(of: id) == name { registered.remove(id) }
        for agent in agents.dropLast() {
            // A lost agent may have recovered with its copy; otherwise, there is nothing to remove.
            do { try await api.deregister(id, of: name, at: agent) } catch {
                logger.debug(
                    "deregistration at a previous agent failed",
                    metadata: ["id": "\(id)", "agent": "\(agent)", "cause": "\(error)"])
            }
        }
    }
}
