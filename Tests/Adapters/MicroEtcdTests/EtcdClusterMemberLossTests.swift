// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroEtcd
import TestServers
import TestSupport
import Testing

/// A real cluster of three members.
@Suite(.faultRun, .requiresLocalEtcd, .requiresNetworkPartitions, .etcdCluster, .serialized, .timeLimit(.minutes(3)))
struct EtcdClusterMemberLossTests {
    private let cluster: EtcdCluster
    private let name = uniqueName()

    init() throws { cluster = try #require(EtcdCluster.current) }

    /// A member that has lost the others still accepts requests, but its watches send nothing.
    @Test func isolatedMemberFailsOver() async throws {
        let (alone, other) = (0, 1)
        let addresses = [alone, other].map { cluster.members[$0].address }.joined(separator: ",")
        try await withEtcd(at: addresses) { registry in
            let latest = RegistryStateRecorder(try registry.watch(name))
            #expect(await eventually { latest.isLive })
            try cluster.partition(alone)
            defer { cluster.heal() }
            try await withEtcd(at: cluster.members[other].address) { writer in
                #expect(
                    await eventually {
                        await errorCode { try await writer.register(record(name), timeToLive: .seconds(60)) } == nil
                    })
                #expect(
                    await eventually(within: .seconds(20)) { latest.isLive && latest.value?[name] == [record(name)] })
                #expect(try await registry.lookUp(name) == [record(name)])
                try await writer.deregister(record(name))
            }
        }
    }

    @Test func watchAndRegistrationSurviveLeaderLoss() async throws {
        try await withEtcd(at: cluster.addresses.joined(separator: ",")) { registry in
            // There may be no leader yet: another test has just healed a partition.
            #expect(
                await eventually {
                    await errorCode { try await registry.register(record(name), timeToLive: .seconds(60)) } == nil
                })
            let latest = RegistryStateRecorder(try registry.watch(name))
            #expect(await eventually { latest.value?[name] == [record(name)] })
            let leader = try await cluster.leader()
            await cluster.kill(leader)
            #expect(
                await eventually {
                    await errorCode { try await registry.register(record(name, port: 81), timeToLive: .seconds(60)) }
                        == nil
                })
            #expect(await eventually { latest.isLive && latest.value?[name] == [record(name, port: 81)] })
            try await cluster.start(leader)
            try await registry.deregister(record(name))
        }
    }
}
