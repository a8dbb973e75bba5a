// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Removes and restores the service instances of a Consul agent.
package struct ConsulAgentServices: Sendable {
    /// Sends a request to the agent: method, path and body. Returns the body of the response.
    package typealias RequestHandler = @Sendable (String, String, [UInt8]?) async throws -> [UInt8]

    private let request: RequestHandler

    /// The instances of the agent that a closure sends requests to.
    package init(request: @escaping RequestHandler) { self.request = request }

    /// Deregisters all instances.
    package func deregister() async throws {
        for instance in try await instances() {
            let id = instance.id.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? instance.id
            _ = try await request("PUT", "/v1/agent/service/deregister/\(id)", nil)
        }
    }

    /// Restarts the agent, which loses its state, and then registers the same instances with checks that have passed.
    package func preserveRegistrations(during restart: () async throws -> Void) async throws {
        let instances = try await instances()
        try await restart()
        for each in instances {
            let registration = AgentServiceRegistration(
                id: each.id, name: each.service, tags: each.tags, address: each.address, port: each.port,
                check: .init(status: "passing"))
            _ = try await request(
                "PUT", "/v1/agent/service/register", [UInt8](try JSONEncoder().encode(registration)))
        }
    }

    private func instances() async throws -> [AgentService] {
        let response = try await request("GET", "/v1/agent/services", nil)
        return try Array(JSONDecoder().decode([String: AgentService].self, from: Data(response)).values)
    }
}
