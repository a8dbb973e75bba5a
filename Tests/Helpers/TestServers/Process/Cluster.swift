// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
package import Testing

/// A server that can be a member of a cluster.
package protocol ClusterMember: ChildServer {
    /// The cluster of the running suite.
    static var taskLocalCluster: TaskLocal<Cluster<Self>?> { get }
    /// The name of the member, and the name of its leader; nil if it has no leader.
    func clusterView() async throws -> (name: String, leader: String?)
}

/// A cluster of three servers, each a child process, with relays between them.
package final class Cluster<Member: ClusterMember>: SuiteServer {
    /// The cluster of the running suite.
    package static var current: Cluster? { Member.taskLocalCluster.get() }

    package static var taskLocalCurrent: TaskLocal<Cluster?> { Member.taskLocalCluster }

    /// The servers.
    package let members: [Member]

    private let partitionProxy: PartitionProxy

    init(_ members: [Member], _ partitionProxy: PartitionProxy) {
        self.members = members
        self.partitionProxy = partitionProxy
        partitionProxy.start { members.map(\.processID) }
    }

    /// The addresses for clients of all members.
    package var addresses: [String] { members.map(\.address) }

    /// Starts all members and waits until they have a leader and serve.
    package func start() async throws {
        for member in members { try member.launch() }
        for member in members { try await member.waitUntilServing() }
    }

    /// Ends all members and deletes their data.
    package func end() async {
        partitionProxy.close()
        for member in members { await member.end() }
    }

    /// The index of the member that a majority regards as the leader. Waits at most 30 s for one.
    package func leader() async throws -> Int {
        var leader: Int?
        _ = await eventually {
            let clusterViews = await clusterViews()
            leader = clusterViews.indices.first { index in
                guard let name = clusterViews[index]?.name else { return false }
                return clusterViews.count { $0?.leader == name } > members.count / 2
            }
            return leader != nil
        }
        guard let leader else { throw TestServerError(description: "no leader among \(addresses)") }
        return leader
    }

    /// The index of the member that one member regards as the leader; nil if it has none or does not respond.
    package func leader(accordingTo member: Int) async -> Int? {
        let clusterViews = await clusterViews()
        guard let name = clusterViews[member]?.leader else { return nil }
        return clusterViews.firstIndex { $0?.name == name }
    }

    /// Kills a member and keeps its data.
    package func kill(_ member: Int) async { await members[member].kill() }

    /// Starts a member again with its data, and waits until it serves.
    package func start(_ member: Int) async throws {
        try members[member].launch()
        try await members[member].waitUntilServing()
    }

    /// Isolates a member from the other members until ``heal()``, but not from clients.
    ///
    /// - Throws: `TestServerError` on other systems than Linux, where the owner of a connection is unknown.
    package func partition(_ member: Int) throws { try partitionProxy.isolate(member) }

    /// Ends the partition.
    package func heal() { partitionProxy.heal() }

    private func clusterViews() async -> [(name: String, leader: String?)?] {
        var clusterViews: [(name: String, leader: String?)?] = []
        for member in members { clusterViews.append(member.processID == nil ? nil : try? await member.clusterView()) }
        return clusterViews
    }
}

extension Trait where Self == ConditionTrait {
    /// Enables tests on Linux, where a cluster can be partitioned and the loopback interface has further addresses.
    package static var requiresNetworkPartitions: Self {
        .enabled(if: ProcessSockets.isSupported, "needs Linux to find the process that has opened a connection")
    }
}
