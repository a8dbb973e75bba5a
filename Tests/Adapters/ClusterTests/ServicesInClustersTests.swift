// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConsul
import MicroCore
import MicroEtcd
import TestServers
import TestSupport
import Testing

/// Fifty services on an etcd cluster that loses one member after another.
@Suite(
    .faultRun, .requiresLocalEtcd, .requiresNetworkPartitions, .etcdCluster, .serialized, .timeLimit(.minutes(5))
) struct ServicesInEtcdClusterTests {
    @Test func servicesSurviveMemberLoss() async throws {
        try await expectServicesToSurviveMemberLoss(of: try #require(EtcdCluster.current)) { addresses in
            var configuration = EtcdConfiguration()
            configuration.addresses = addresses
            configuration.watchRenewalInterval = .seconds(5)
            return try EtcdRegistry(configuration: configuration, logger: LogRecorder().logger)
        }
    }
}

/// Fifty services on a Consul cluster that loses one server after another.
@Suite(
    .faultRun, .requiresLocalConsul, .requiresNetworkPartitions, .consulCluster, .serialized, .timeLimit(.minutes(5))
) struct ServicesInConsulClusterTests {
    @Test func servicesSurviveMemberLoss() async throws {
        try await expectServicesToSurviveMemberLoss(of: try #require(ConsulCluster.current)) { addresses in
            var configuration = ConsulConfiguration()
            configuration.addresses = addresses
            configuration.watchRenewalInterval = .seconds(5)
            return try ConsulRegistry(configuration: configuration, logger: LogRecorder().logger)
        }
    }
}

/// Keeps fifty services registered and watched by the same clients, while the leader is killed, then a follower, then the
/// leader is partitioned from the others.
private func expectServicesToSurviveMemberLoss<Member: ClusterMember>(
    of cluster: Cluster<Member>, _ makeRegistry: ([String]) throws -> any Registry
) async throws {
    let services = try ClusterServices(
        count: 50, in: makeRegistry(cluster.addresses), readBy: makeRegistry(cluster.addresses))
    try await services.whileRunning {
        try await services.expectAll("at the start")

        let killed = try await cluster.leader()
        await cluster.kill(killed)
        try await services.expectAll("after the leader was killed")
        try await cluster.start(killed)
        await expectAllMembersToFollow(in: cluster)

        let leader = try await cluster.leader()
        let follower = try #require(cluster.members.indices.first { $0 != leader })
        await cluster.kill(follower)
        try await services.expectAll("after a follower was killed")
        try await cluster.start(follower)
        await expectAllMembersToFollow(in: cluster)

        let cutOff = try await cluster.leader()
        try cluster.partition(cutOff)
        try await services.expectAll("after the leader was cut off")
        cluster.heal()
        try await services.expectAll("after the partition was healed")

        // Checks each member, not only the first that responds.
        for member in cluster.members {
            let own = try makeRegistry([member.address])
            try await services.expectAll("by \(member.address) alone", to: own)
            await own.close()
        }
    }
}

/// Waits until every member has a leader: without it, the members that remain after the next loss may not elect one.
private func expectAllMembersToFollow<Member>(in cluster: Cluster<Member>) async {
    let isComplete = await eventually(within: .seconds(60)) {
        for index in cluster.members.indices where await cluster.leader(accordingTo: index) == nil { return false }
        return true
    }
    #expect(isComplete, "a member has no leader")
}

/// Services with heartbeats, and watches of them.
private final class ClusterServices: Sendable {
    private let records: [ServiceRecord]
    private let writer: any Registry
    private let reader: any Registry
    private let latest: [RegistryStateRecorder]

    init(count: Int, in writer: any Registry, readBy reader: any Registry) throws {
        records = (0..<count).map { number in
            ServiceRecord(
                name: "svc-\(number)", version: "1.0.0",
                nodes: [Node(id: "svc-\(number)-node", address: "10.0.0.1", port: 1000 + number)])
        }
        self.writer = writer
        self.reader = reader
        latest =
            try records.map { RegistryStateRecorder(try reader.watch($0.name)) } + [
                RegistryStateRecorder(try reader.watch(nil))
            ]
    }

    func whileRunning(_ body: () async throws -> Void) async throws {
        var configuration = Registration.Configuration()
        configuration.timeToLive = .seconds(9)
        let registrations = try records.map {
            try Registration(of: $0, in: writer, configuration: configuration, logger: LogRecorder().logger)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for registration in registrations {
                group.addTask {
                    try await registration.start(within: .seconds(30))
                    await registration.run()
                }
            }
            try await body()
            group.cancelAll()
        }
        await reader.close()
        await writer.close()
    }

    /// Waits until a client finds every service exactly once, and all watches agree.
    func expectAll(_ when: String, to client: (any Registry)? = nil) async throws {
        let client = client ?? reader
        var wrong: [String] = []
        let isComplete = await eventually(within: .seconds(60)) {
            do { wrong = try await missing(in: client) } catch { wrong = ["\(error)"] }
            return wrong.isEmpty
        }
        #expect(isComplete, "\(when): \(wrong.prefix(5))")
    }

    private func missing(in client: any Registry) async throws -> [String] {
        var wrong: [String] = []
        let all = latest[records.count]
        for (record, watched) in zip(records, latest) {
            let found = try await client.lookUp(record.name)
            if found != [record] { wrong.append("\(record.name): found \(found.flatMap(\.nodes))") }
            if !watched.isLive || watched.value?[record.name] != found {
                wrong.append("\(record.name): its watch")
            }
            if !all.isLive || all.value?[record.name] != found { wrong.append("\(record.name): the watch of all") }
        }
        let names = try await client.list().filter { $0.hasPrefix("svc-") }
        if Set(names) != Set(records.map(\.name)) { wrong.append("list: \(names)") }
        return wrong
    }
}
