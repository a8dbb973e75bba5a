// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance

/// Registers service instances that are not valid nodes.
struct ConsulCorrupter: RegistryCorrupter {
    let agent: ConsulAgentClient

    func corrupt(_ service: String, in namespace: String) async throws {
        for instance in instances(service, namespace) { try await agent.put("/v1/agent/service/register", instance) }
    }

    func repair(_ service: String, in namespace: String) async throws {
        for instance in instances(service, namespace) { try await agent.deregister(instance.id) }
    }

    private func instances(_ service: String, _ namespace: String) -> [AgentServiceRegistration] {
        let name = "\(namespace)/\(service)"
        return [
            AgentServiceRegistration(
                id: "\(namespace)/\(String(repeating: "x", count: 300))", name: name, address: "10.0.0.1"),
            AgentServiceRegistration(id: "\(namespace)/address-\(namespace)", name: name, address: "not an address"),
        ]
    }
}
