// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
package import Testing

/// A server that can be one of several.
package protocol ClusterMember: ChildServer {
    /// The cluster of the suite that runs now.
    static var clusterOfSuite: TaskLocal<Cluster<Self>?> { get }
    /// What it calls itself, and whom it takes for the leader, if anybody.
    func view() async throws -> (name: String, leader: String?)
}

/// Three servers that agree among themselves, each a child process, and the connections between them.
package final class Cluster<Member: ClusterMember>: SuiteServer {
    /// The cluster of the suite that runs now.
    package static var current: Cluster? { Member.clusterOfSuite.get() }

    package static var ofSuite: TaskLocal<Cluster?> { Member.clusterOfSuite }

    /// Its servers, by index. They may be asked, and signalled.
    package let members: [Member]

    private let links: PeerLinks

    init(_ members: [Member], _ links: PeerLinks) {
        self.members = members
        self.links = links
        links.start { members.map(\.processID) }
    }

    /// The addresses for clients of all members.
    package var addresses: [String] { members.map(\.address) }

    /// Starts all members and waits until they have a leader and serve.
    package func start() async throws {
        for member in members { try member.launch() }
        for member in members { try await member.waitUntilItServes() }
    }

    /// Ends it for good, with its data.
    package func end() async {
        links.close()
        for member in members { await member.end() }
    }

    /// The member that most members take for the leader. Waits for it, 30 s at most.
    package func leader() async throws -> Int {
        var leader: Int?
        _ = await eventually {
            let views = await views()
            leader = views.indices.first { index in
                guard let name = views[index]?.name else { return false }
                return views.count { $0?.leader == name } > members.count / 2
            }
            return leader != nil
        }
        guard let leader else { throw MachineError(description: "no leader among \(addresses)") }
        return leader
    }

    /// The member that one member takes for the leader; nil if it knows none, or does not answer.
    package func leader(accordingTo member: Int) async -> Int? {
        let views = await views()
        guard let name = views[member]?.leader else { return nil }
        return views.firstIndex { $0?.name == name }
    }

    /// Kills a member. Its data stays.
    package func kill(_ member: Int) async { await members[member].kill() }

    /// Starts a member again, with its data, and waits until it serves.
    package func start(_ member: Int) async throws {
        try members[member].launch()
        try await members[member].waitUntilItServes()
    }

    /// Cuts a member off from the others, but not from clients. Until ``heal()``.
    ///
    /// - Throws: `MachineError` where it cannot be told who has opened a connection: elsewhere than on Linux.
    package func partition(_ member: Int) throws { try links.cutOff(member) }

    /// Ends the partition.
    package func heal() { links.heal() }

    private func views() async -> [(name: String, leader: String?)?] {
        var views: [(name: String, leader: String?)?] = []
        for member in members { views.append(member.processID == nil ? nil : try? await member.view()) }
        return views
    }
}

extension Trait where Self == ConditionTrait {
    /// Runs where a cluster can be partitioned, and has addresses beside 127.0.0.1: on Linux.
    package static var wherePartitionsCanBeMade: Self {
        .enabled(if: ProcessSockets.areKnown, "needs Linux, to tell which process has opened a connection")
    }
}
