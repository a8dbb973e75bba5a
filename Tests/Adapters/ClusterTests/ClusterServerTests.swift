// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

/// The etcd cluster that other tests use.
@Suite(.faultRun, .requiresLocalEtcd, .etcdCluster, .serialized, .timeLimit(.minutes(2))) struct EtcdClusterTests {
    private let cluster: EtcdCluster

    init() throws { cluster = try #require(EtcdCluster.current) }

    @Test func newLeaderIsElectedWhenLeaderIsKilled() async throws { try await expectNewLeaderAfterKill(cluster) }

    @Test(.requiresNetworkPartitions) func partitionedMemberRejectsWritesUntilHealed() async throws {
        try await expectPartitionedMemberRejectsWrites(cluster) { member in
            try await member.request("/v3/kv/put", #"{"key":"aw==","value":"dg=="}"#).status == 200
        }
    }

    @Test(.requiresNetworkPartitions) func partitionedLeaderIsReplaced() async throws {
        try await expectPartitionedLeaderIsReplaced(cluster)
    }
}

/// The Consul cluster that other tests use.
@Suite(
    .faultRun, .requiresLocalConsul, .requiresNetworkPartitions, .consulCluster, .serialized, .timeLimit(.minutes(2))
)
struct ConsulClusterTests {
    private let cluster: ConsulCluster

    init() throws { cluster = try #require(ConsulCluster.current) }

    @Test func newLeaderIsElectedWhenLeaderIsKilled() async throws { try await expectNewLeaderAfterKill(cluster) }

    @Test func partitionedMemberRejectsWritesUntilHealed() async throws {
        try await expectPartitionedMemberRejectsWrites(cluster) { member in
            try await member.request("/v1/kv/k", method: "PUT", body: "v").status == 200
        }
    }

    @Test func partitionedLeaderIsReplaced() async throws { try await expectPartitionedLeaderIsReplaced(cluster) }
}

private func expectNewLeaderAfterKill<Member>(_ cluster: Cluster<Member>) async throws {
    let first = try await cluster.leader()
    await cluster.kill(first)
    #expect(try await cluster.leader() != first)
    try await cluster.start(first)
    #expect(await eventually { await cluster.leader(accordingTo: first) != nil })
}

private func expectPartitionedMemberRejectsWrites<Member>(
    _ cluster: Cluster<Member>, _ write: (Member) async throws -> Bool
) async throws {
    let follower = (try await cluster.leader() + 1) % 3
    let others = cluster.members.indices.filter { $0 != follower }
    #expect(try await write(cluster.members[follower]))

    try cluster.partition(follower)
    #expect(await eventually { await cluster.leader(accordingTo: follower) == nil })
    #expect(await (try? write(cluster.members[follower])) != true)
    #expect(await always(during: .seconds(3)) { await cluster.leader(accordingTo: follower) == nil })
    for other in others { #expect(await eventually { (try? await write(cluster.members[other])) == true }) }

    cluster.heal()
    #expect(await eventually { (try? await write(cluster.members[follower])) == true })
    #expect(await cluster.leader(accordingTo: follower) != nil)
}

func expectPartitionedLeaderIsReplaced<Member>(_ cluster: Cluster<Member>) async throws {
    let first = try await cluster.leader()
    try cluster.partition(first)
    #expect(await eventually { (try? await cluster.leader()).map { $0 != first } ?? false })
    #expect(await eventually { await cluster.leader(accordingTo: first) == nil })
    cluster.heal()
    let second = try await cluster.leader()
    #expect(await eventually { await cluster.leader(accordingTo: first) == second })
}
