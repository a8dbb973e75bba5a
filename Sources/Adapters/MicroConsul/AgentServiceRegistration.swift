// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// The body of `PUT /v1/agent/service/register`
/// ([Consul's documentation](https://developer.hashicorp.com/consul/api-docs/agent/service#register-service)).
struct AgentServiceRegistration: Encodable, Equatable, Sendable {
    struct AgentServiceCheck: Encodable, Equatable, Sendable {
        let ttl: String
        /// Without it a new check is critical, and the node invisible, until its first pass.
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

    /// - Throws: What cannot be written as JSON: nothing that passed validation.
    init(_ node: Node, of service: ServiceRecord, in namespace: ConsulNamespace, timeToLive: Duration?) throws {
        let (name, port) = (namespace.stored(service.name), node.port ?? 0)
        let tags = try ConsulTags(
            version: service.version, metadata: service.metadata, endpoints: service.endpoints,
            nodeMetadata: node.metadata
        ).encoded()
        id = namespace.stored(node.id)
        self.name = name
        self.tags = tags
        address = node.address
        self.port = port
        check = timeToLive.map { timeToLive in
            // go-micro's rule: five seconds after the check turned critical, and Consul's minimum is a minute.
            let removal = max(timeToLive + .seconds(5), .seconds(65))
            return AgentServiceCheck(
                ttl: Self.text(timeToLive),
                notes: ConsulDigest.of(name: name, address: node.address, port: port, tags: tags),
                deregisterCriticalServiceAfter: Self.text(removal))
        }
    }

    /// A duration as Go reads it.
    private static func text(_ duration: Duration) -> String { "\(duration.milliseconds)ms" }
}

extension Duration {
    /// Whole milliseconds, rounded up, for a duration of at most a few years.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
