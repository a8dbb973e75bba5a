// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The service instances of a Consul agent, as they are taken away and brought back.
package struct ConsulInstances: Sendable {
    /// What an agent is told to register, with a check that has passed.
    private struct Registration: Encodable {
        let instance: ConsulInstance

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
    package typealias Ask = @Sendable (String, String, [UInt8]?) async throws -> [UInt8]

    private let ask: Ask

    /// The instances of the agent that is asked so.
    package init(ask: @escaping Ask) { self.ask = ask }

    /// Deregisters all.
    package func deregister() async throws {
        for instance in try await all() {
            let id = instance.id.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? instance.id
            _ = try await ask("PUT", "/v1/agent/service/deregister/\(id)", nil)
        }
    }

    /// Restarts the agent, which forgets everything by that, and registers all as they were.
    package func keep(over restart: () async throws -> Void) async throws {
        let instances = try await all()
        try await restart()
        for each in instances {
            let body = [UInt8](try JSONEncoder().encode(Registration(instance: each)))
            _ = try await ask("PUT", "/v1/agent/service/register", body)
        }
    }

    private func all() async throws -> [ConsulInstance] {
        let answer = try await ask("GET", "/v1/agent/services", nil)
        return try Array(JSONDecoder().decode([String: ConsulInstance].self, from: Data(answer)).values)
    }
}
