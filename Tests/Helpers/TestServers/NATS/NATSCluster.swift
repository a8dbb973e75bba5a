// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
package import Testing

/// Three NATS servers, started with the configuration that the containers mount: `docker/cluster/nats.conf`.
package typealias NATSCluster = Cluster<NATSServer>

extension Cluster where Member == NATSServer {
    /// Creates a cluster on free ports, without starting it. Each member advertises the address of its relay to the others.
    package convenience init() throws {
        let ports = try Machine.freePorts(12)
        let routes = try (0..<3).map {
            PartitionProxy.Route(listener: try RawListener(), host: "127.0.0.1", port: ports[$0])
        }
        let advertised = routes.map { "127.0.0.1:\($0.listener.port)" }
        let members = (0..<3).map { index in
            let ports = Array(ports[3 + 3 * index..<6 + 3 * index])
            return NATSServer(
                file: "cluster/nats.conf", ports: ports,
                variables: [
                    "NATS_NAME": "member-\(index)",
                    "NATS_ADVERTISE": "127.0.0.1:\(ports[0])",
                    "NATS_WEBSOCKET_ADVERTISE": "127.0.0.1:\(ports[1])",
                    "NATS_CLUSTER_PORT": "\(routes[index].port)",
                    "NATS_CLUSTER_ADVERTISE": advertised[index],
                    "NATS_ROUTES": "[\(advertised.map { "nats://\($0)" }.joined(separator: ", "))]",
                ])
        }
        self.init(members, PartitionProxy(routes))
    }
}

extension NATSServer: ClusterMember {
    @TaskLocal private static var cluster: NATSCluster?

    package static var taskLocalCluster: TaskLocal<NATSCluster?> { $cluster }

    /// The leader of JetStream. Core NATS has no leader.
    package func clusterView() async throws -> (name: String, leader: String?) {
        let variables = try await variables()
        let leader = variables.jetstream?.meta?.leader
        return (variables.serverName, leader?.isEmpty == false ? leader : nil)
    }
}

extension Trait where Self == ServerTrait<NATSCluster> {
    /// Starts three NATS servers for the suite: ``NATSCluster/current``.
    package static var natsCluster: Self { Self { try NATSCluster() } }
}
