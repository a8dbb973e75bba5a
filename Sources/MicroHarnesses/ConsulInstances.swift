// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The service instances of a Consul agent, as they are taken away and brought back.
package struct ConsulInstances: Sendable {
    /// What an agent tells of an instance.
    private struct Told: Decodable {
        let id: String
        let service: String
        let tags: [String]
        let address: String
        let port: Int

        enum CodingKeys: String, CodingKey {
            case id = "ID"
            case service = "Service"
            case tags = "Tags"
            case address = "Address"
            case port = "Port"
        }
    }

    /// What an agent is told to register, with a check that has passed.
    private struct Registration: Encodable {
        let told: Told

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
            try container.encode(told.id, forKey: .id)
            try container.encode(told.service, forKey: .name)
            try container.encode(told.tags, forKey: .tags)
            try container.encode(told.address, forKey: .address)
            try container.encode(told.port, forKey: .port)
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
            let body = [UInt8](try JSONEncoder().encode(Registration(told: each)))
            _ = try await ask("PUT", "/v1/agent/service/register", body)
        }
    }

    private func all() async throws -> [Told] {
        let answer = try await ask("GET", "/v1/agent/services", nil)
        return try Array(JSONDecoder().decode([String: Told].self, from: Data(answer)).values)
    }
}
