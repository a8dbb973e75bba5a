// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
package import Testing

/// Three etcd members, started with the settings that the containers take: `docker/cluster/etcd.env`.
package typealias EtcdCluster = Cluster<EtcdServer>

extension Cluster where Member == EtcdServer {
    /// Creates a cluster on free ports, without starting it. Each member advertises the address of its relay to the others.
    package convenience init() throws {
        let ports = try Machine.freePorts(6)
        let routes = try (0..<3).map {
            PartitionProxy.Route(listener: try RawListener(), host: "127.0.0.1", port: ports[$0])
        }
        let advertised = routes.map { "http://127.0.0.1:\($0.listener.port)" }
        let cluster = advertised.enumerated().map { "member-\($0)=\($1)" }.joined(separator: ",")
        let settings = EtcdServer.Settings(environment: try DockerConfiguration.variables("cluster/etcd.env"))
        let members = (0..<3).map { index in
            EtcdServer(
                settings, name: "member-\(index)", port: ports[3 + index],
                listenPeer: "http://127.0.0.1:\(ports[index])", advertisePeer: advertised[index], cluster: cluster)
        }
        self.init(members, PartitionProxy(routes))
    }
}

extension EtcdServer: ClusterMember {
    @TaskLocal private static var cluster: EtcdCluster?

    package static var taskLocalCluster: TaskLocal<EtcdCluster?> { $cluster }

    package func clusterView() async throws -> (name: String, leader: String?) {
        let (status, text) = try await request("/v3/maintenance/status", "{}")
        guard status == 200, let response = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any],
            let name = (response["header"] as? [String: Any])?["member_id"] as? String
        else { throw TestServerError(description: "etcd at \(address) has no status: \(status) \(text)") }
        return (name, response["leader"] as? String)
    }
}

extension Trait where Self == ServerTrait<EtcdCluster> {
    /// Starts three etcd members for the suite: ``EtcdCluster/current``.
    package static var etcdCluster: Self { Self { try EtcdCluster() } }
}
