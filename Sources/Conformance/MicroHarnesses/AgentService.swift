// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A service instance as Consul's agent and catalogue have it.
struct AgentService: Codable {
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
