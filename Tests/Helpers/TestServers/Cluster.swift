// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
package import Testing

/// A server that can be one of several.
package protocol ClusterMember: ChildServer {
    /// The cluster of the suite that runs now.
    static var taskLocalCluster: TaskLocal<Cluster<Self>?> { get }
    /// What it calls itself, and whom it takes for the leader, if anybody.
    func clusterView() async throws -> (name: String, leader: String?)
}

/// Three servers that agree among themselves, each a child process, and the connections between them.
package final class Cluster<Member: ClusterMember>: SuiteServer {
    /// The cluster of the suite that runs now.
    package static var current: Cluster? { Member.taskLocalCluster.get() }

    package static var taskLocalCurrent: TaskLocal<Cluster?> { Member.taskLocalCluster }

    /// Its servers, by index. They may be asked, and signalled.
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

    /// Ends it for good, with its data.
    package func end() async {
        partitionProxy.close()
        for member in members { await member.end() }
    }

    /// The member that most members take for the leader. Waits for it, 30 s at most.
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

    /// The member that one member takes for the leader; nil if it knows none, or does not answer.
    package func leader(accordingTo member: Int) async -> Int? {
        let clusterViews = await clusterViews()
        guard let name = clusterViews[member]?.leader else { return nil }
        return clusterViews.firstIndex { $0?.name == name }
    }

    /// Kills a member. Its data stays.
    package func kill(_ member: Int) async { await members[member].kill() }

    /// Starts a member again, with its data, and waits until it serves.
    package func start(_ member: Int) async throws {
        try members[member].launch()
        try await members[member].waitUntilServing()
    }

    /// Cuts a member off from the others, but not from clients. Until ``heal()``.
    ///
    /// - Throws: `TestServerError` where it cannot be told who has opened a connection: elsewhere than on Linux.
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
    /// Runs where a cluster can be partitioned, and has addresses beside 127.0.0.1: on Linux.
    package static var requiresNetworkPartitions: Self {
        .enabled(if: ProcessSockets.isSupported, "needs Linux, to tell which process has opened a connection")
    }
}
