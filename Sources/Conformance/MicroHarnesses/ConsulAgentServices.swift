// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The service instances of a Consul agent, as they are taken away and brought back.
package struct ConsulAgentServices: Sendable {
    /// What an agent is told to register, with a check that has passed.
    private struct AgentServiceRegistration: Encodable {
        let instance: AgentService

        enum CodingKeys: String, CodingKey {
            case id = "ID"
            case name = "Name"
            case tags = "Tags"
            case address = "Address"
            case port = "Port"
            case check = "Check"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(instance.id, forKey: .id)
            try container.encode(instance.service, forKey: .name)
            try container.encode(instance.tags, forKey: .tags)
            try container.encode(instance.address, forKey: .address)
            try container.encode(instance.port, forKey: .port)
            try container.encode(["TTL": "60s", "Status": "passing"], forKey: .check)
        }
    }

    /// Asks the agent: the method, the path and the body; the body of the answer.
    package typealias RequestHandler = @Sendable (String, String, [UInt8]?) async throws -> [UInt8]

    private let request: RequestHandler

    /// The instances of the agent that is asked so.
    package init(request: @escaping RequestHandler) { self.request = request }

    /// Deregisters all.
    package func deregister() async throws {
        for instance in try await all() {
            let id = instance.id.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? instance.id
            _ = try await request("PUT", "/v1/agent/service/deregister/\(id)", nil)
        }
    }

    /// Restarts the agent, which forgets everything by that, and registers all as they were.
    package func preserveRegistrations(during restart: () async throws -> Void) async throws {
        let instances = try await all()
        try await restart()
        for each in instances {
            let body = [UInt8](try JSONEncoder().encode(AgentServiceRegistration(instance: each)))
            _ = try await request("PUT", "/v1/agent/service/register", body)
        }
    }

    private func all() async throws -> [AgentService] {
        let response = try await request("GET", "/v1/agent/services", nil)
        return try Array(JSONDecoder().decode([String: AgentService].self, from: Data(response)).values)
    }
}
