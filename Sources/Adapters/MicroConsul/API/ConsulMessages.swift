// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The body of `PUT /v1/agent/service/register`
/// ([Consul's documentation](https://developer.hashicorp.com/consul/api-docs/agent/service#register-service)).
struct AgentServiceRegistration: Encodable, Equatable, Sendable {
    struct AgentServiceCheck: Encodable, Equatable, Sendable {
        /// A duration as Go reads it, such as `30000ms`.
        let ttl: String
        /// Without it, a new check is critical until it first passes, and the node is not found.
        let status = "passing"
        /// A ``ConsulDigest``.
        let notes: String
        let deregisterCriticalServiceAfter: String

        enum CodingKeys: String, CodingKey {
            case ttl = "TTL"
            case status = "Status"
            case notes = "Notes"
            case deregisterCriticalServiceAfter = "DeregisterCriticalServiceAfter"
        }
    }

    let id: String
    let name: String
    let tags: [String]
    let address: String
    /// 0 for a node without a port, as in go-micro.
    let port: Int
    let check: AgentServiceCheck?

    enum CodingKeys: String, CodingKey {
        case id = "ID"
        case name = "Name"
        case tags = "Tags"
        case address = "Address"
        case port = "Port"
        case check = "Check"
    }
}

/// One element of the response of `GET /v1/health/service/:service`
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
}

/// The response of `GET /v1/agent/health/service/id/:service_id`
/// ([Consul's documentation](https://developer.hashicorp.com/consul/api-docs/agent/service#get-local-service-health-by-its-id)).
struct AgentServiceHealth: Decodable, Sendable {
    struct AgentService: Decodable, Sendable {
        let name: String

        enum CodingKeys: String, CodingKey { case name = "Service" }
    }

    let aggregatedStatus: String
    let service: AgentService

    /// Whether one of its checks, or of its node's checks, is critical.
    var isCritical: Bool { aggregatedStatus == "critical" }

    enum CodingKeys: String, CodingKey {
        case aggregatedStatus = "AggregatedStatus"
        case service = "Service"
    }
}

/// One element of the response of `GET /v1/health/state/any`
/// ([Consul's documentation](https://developer.hashicorp.com/consul/api-docs/health#list-checks-in-state)), and a
/// check of a ``ServiceEntry``.
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

/// One element of the body of `POST /v1/internal/acl/authorize`, which Consul's own UI uses to determine what it may
/// show.
struct ACLAuthorizationRequest: Encodable, Sendable {
    let resource: String
    let segment: String
    let access: String

    enum CodingKeys: String, CodingKey {
        case resource = "Resource"
        case segment = "Segment"
        case access = "Access"
    }

    /// The permission to read a resource, such as `service`, with a name or a prefix.
    static func read(_ resource: String, _ segment: String) -> Self {
        Self(resource: resource, segment: segment, access: "read")
    }
}

/// One element of the response of `POST /v1/internal/acl/authorize`.
struct ACLAuthorizationResponse: Decodable, Sendable {
    let allow: Bool

    enum CodingKeys: String, CodingKey { case allow = "Allow" }
}
