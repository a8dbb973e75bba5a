// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// One element of `GET /v1/health/service/:service`
/// ([Consul's documentation](https://developer.hashicorp.com/consul/api-docs/health#list-service-instances-for-service)).
struct ServiceEntry: Decodable, Sendable {
    struct Node: Decodable, Sendable {
        let name: String?
        let address: String

        enum CodingKeys: String, CodingKey {
            case name = "Node"
            case address = "Address"
        }
    }

    struct AgentService: Decodable, Sendable {
        let id: String
        let name: String
        let tags: [String]?
        let address: String?
        let port: Int?
        let modifyIndex: UInt64?

        enum CodingKeys: String, CodingKey {
            case id = "ID"
            case name = "Service"
            case tags = "Tags"
            case address = "Address"
            case port = "Port"
            case modifyIndex = "ModifyIndex"
        }
    }

    let node: Node
    let service: AgentService
    let checks: [HealthCheck]

    enum CodingKeys: String, CodingKey {
        case node = "Node"
        case service = "Service"
        case checks = "Checks"
    }

    /// Whether no check is critical.
    var isHealthy: Bool { !checks.contains { $0.status == "critical" } }

    /// Whether a check moves with whatever changes about the instance: it carries the digest of it.
    var hasDigestCheck: Bool {
        let digest = ConsulDigest.of(
            name: service.name, address: service.address ?? "", port: service.port ?? 0, tags: service.tags ?? [])
        return checks.contains { $0.serviceID == service.id && $0.notes == digest }
    }
}

/// One element of `GET /v1/health/state/any`
/// ([Consul's documentation](https://developer.hashicorp.com/consul/api-docs/health#list-checks-in-state)), and of the
/// checks of a ``ServiceEntry``.
struct HealthCheck: Decodable, Sendable {
    let node: String?
    let id: String?
    let status: String
    let notes: String?
    /// Empty for a check of the whole node.
    let serviceID: String?
    let serviceName: String?
    let modifyIndex: UInt64?

    enum CodingKeys: String, CodingKey {
        case node = "Node"
        case id = "CheckID"
        case status = "Status"
        case notes = "Notes"
        case serviceID = "ServiceID"
        case serviceName = "ServiceName"
        case modifyIndex = "ModifyIndex"
    }
}
