// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A service instance in the responses of Consul's agent and in transactions of its catalog.
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

/// The body of `PUT /v1/agent/service/register`.
struct AgentServiceRegistration: Encodable {
    /// A check with a time to live.
    struct Check: Encodable {
        var ttl = "60s"
        var status: String?
        var deregisterCriticalServiceAfter: String?

        enum CodingKeys: String, CodingKey {
            case ttl = "TTL"
            case status = "Status"
            case deregisterCriticalServiceAfter = "DeregisterCriticalServiceAfter"
        }
    }

    let id: String
    let name: String
    var tags: [String] = []
    let address: String
    var port = 0
    var check: Check?

    enum CodingKeys: String, CodingKey {
        case id = "ID"
        case name = "Name"
        case tags = "Tags"
        case address = "Address"
        case port = "Port"
        case check = "Check"
    }
}

/// An operation of `PUT /v1/txn`.
struct TxnOp: Encodable {
    struct NodeOp: Encodable {
        struct Node: Encodable {
            let node: String
            let address = "10.0.0.9"

            enum CodingKeys: String, CodingKey {
                case node = "Node"
                case address = "Address"
            }
        }

        let verb: String
        let node: Node

        enum CodingKeys: String, CodingKey {
            case verb = "Verb"
            case node = "Node"
        }
    }

    struct ServiceOp: Encodable {
        let verb: String
        let node: String
        let service: AgentService

        enum CodingKeys: String, CodingKey {
            case verb = "Verb"
            case node = "Node"
            case service = "Service"
        }
    }

    var node: NodeOp?
    var service: ServiceOp?

    enum CodingKeys: String, CodingKey {
        case node = "Node"
        case service = "Service"
    }
}

/// An element of the response of `GET /v1/health/service/NAME`.
struct HealthServiceEntry: Decodable {
    struct Node: Decodable {
        let address: String

        enum CodingKeys: String, CodingKey { case address = "Address" }
    }

    struct HealthCheck: Decodable {
        let status: String

        enum CodingKeys: String, CodingKey { case status = "Status" }
    }

    let node: Node
    let service: AgentService
    let checks: [HealthCheck]

    enum CodingKeys: String, CodingKey {
        case node = "Node"
        case service = "Service"
        case checks = "Checks"
    }
}
