// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
package import Testing

/// Three Consul servers with the settings of the containers: `docker/cluster/consul.hcl`.
///
/// A partition blocks Raft and forwarded requests, but not the gossip over UDP: the others continue to see the health of the
/// isolated member.
package typealias ConsulCluster = Cluster<ConsulServer>

extension Cluster where Member == ConsulServer {
    /// Creates a cluster on free ports, without starting it.
    ///
    /// Servers connect to each other at the gossip address with the port of the server's listener. So each has an address
    /// for gossip, 127.0.1.x, and another for its listener, 127.0.0.x, and its relay listens at the gossip address with
    /// the port of the listener.
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
    /// Starts three Consul servers for the suite: ``ConsulCluster/current``.
    package static var consulCluster: Self { Self { try ConsulCluster() } }
}
