// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// The body of `PUT /v1/agent/service/register`
/// ([Consul's documentation](https://developer.hashicorp.com/consul/api-docs/agent/service#register-service)).
struct ConsulRegistration: Encodable, Equatable, Sendable {
    struct Check: Encodable, Equatable, Sendable {
        let ttl: String
        /// Without it a new check is critical, and the node invisible, until its first pass.
        let status = "passing"
        let deregisterCriticalServiceAfter: String

        enum CodingKeys: String, CodingKey {
            case ttl = "TTL"
            case status = "Status"
            case deregisterCriticalServiceAfter = "DeregisterCriticalServiceAfter"
        }
    }

    let id: String
    let name: String
    let tags: [String]
    let address: String
    /// 0 for a node without a port, as in go-micro.
    let port: Int
    let check: Check?

    enum CodingKeys: String, CodingKey {
        case id = "ID"
        case name = "Name"
        case tags = "Tags"
        case address = "Address"
        case port = "Port"
        case check = "Check"
    }

    /// - Throws: What cannot be written as JSON: nothing that passed validation.
    init(_ node: Node, of service: ServiceRecord, timeToLive: Duration?) throws {
        id = node.id
        name = service.name
        tags = try ConsulTags(
            version: service.version, metadata: service.metadata, endpoints: service.endpoints,
            nodeMetadata: node.metadata
        ).encoded()
        address = node.address
        port = node.port ?? 0
        check = timeToLive.map { timeToLive in
            // go-micro's rule: five seconds after the check turned critical, and Consul's minimum is a minute.
            let removal = max(timeToLive + .seconds(5), .seconds(65))
            return Check(ttl: Self.text(timeToLive), deregisterCriticalServiceAfter: Self.text(removal))
        }
    }

    /// The time to live that Consul is given: at least a second, at most a year.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` when it is not above zero.
    static func timeToLiveInForce(_ timeToLive: Duration?) throws -> Duration? {
        guard let timeToLive else { return nil }
        guard timeToLive > .zero else {
            throw MicroError(
                .invalidArgument, "the time to live (\(timeToLive)) must be above zero; nil stands for no expiry",
                origin: MicroError.Origin.registry)
        }
        return min(max(timeToLive, .seconds(1)), .seconds(365 * 24 * 3600))
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
