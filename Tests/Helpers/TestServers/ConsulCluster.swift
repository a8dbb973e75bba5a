// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import Testing

/// Three Consul servers, started with the settings that the containers take: `docker/cluster/consul.hcl`.
///
/// A partition cuts what they agree by (Raft and forwarded requests), and not their gossip, which is over UDP: the
/// others go on seeing the health of the member that is cut off.
package typealias ConsulCluster = Cluster<ConsulServer>

extension Cluster where Member == ConsulServer {
    /// A cluster on free ports, not started yet.
    ///
    /// Servers reach each other at the address of their gossip and the port that they listen at: so each has an
    /// address for its gossip, 127.0.1.x, and one for the rest, 127.0.0.x, and the relay stands at the former with
    /// the latter's port.
    package convenience init() throws {
        let ports = try Machine.freePorts(5)
        let (server, gossip) = (ports[0], ports[1])
        let routes = try (11...13).map { host in
            PartitionProxy.Route(
                listener: try RawListener(host: "127.0.1.\(host)", port: server), host: "127.0.0.\(host)", port: server)
        }
        let members = (11...13).map { host in
            ConsulServer(
                port: ports[host - 9], member: "127.0.1.\(host):\(server)",
                arguments: [
                    "-config-file", DockerConfiguration.path("cluster/consul.hcl"),
                    "-node", "member-\(host)", "-bind", "127.0.0.\(host)", "-serf-lan-bind", "127.0.1.\(host)",
                    "-advertise", "127.0.1.\(host)", "-server-port", "\(server)", "-serf-lan-port", "\(gossip)",
                    "-serf-wan-port", "-1", "-retry-join", "127.0.1.11", "-retry-join", "127.0.1.12",
                    "-retry-join", "127.0.1.13",
                ])
        }
        self.init(members, PartitionProxy(routes))
    }
}

extension ConsulServer: ClusterMember {
    @TaskLocal private static var cluster: ConsulCluster?

    package static var taskLocalCluster: TaskLocal<ConsulCluster?> { $cluster }

    package func clusterView() async throws -> (name: String, leader: String?) {
        let (status, text) = try await request("/v1/status/leader")
        guard status == 200 else { throw TestServerError(description: "consul at \(address): \(status) \(text)") }
        let leader = text.filter { $0 != "\"" && !$0.isWhitespace }
        return (member, leader.isEmpty ? nil : leader)
    }
}

extension Trait where Self == ServerTrait<ConsulCluster> {
    /// Three Consul servers of the suite are ``ConsulCluster/current``.
    package static var consulCluster: Self { Self { try ConsulCluster() } }
}
