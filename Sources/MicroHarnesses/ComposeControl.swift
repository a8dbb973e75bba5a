// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore

/// What a server does for a control beside starting and ending.
protocol ControlledServer: Sendable {
    /// What ``perform(_:)`` can carry out.
    var actions: Set<BackendAction> { get }
    /// Whether it serves, within a few seconds.
    func isServing() async -> Bool
    /// Does to it what is done by asking it.
    func perform(_ action: BackendAction) async throws
}

/// Controls a server that is a service of a compose file.
struct ComposeControl: BackendControl {
    /// Until a server that was started serves.
    private static let startLimit = Duration.seconds(60)

    let compose: ComposeCommand
    let service: String
    let server: any ControlledServer

    var actions: Set<BackendAction> { server.actions.union([.stop, .kill, .start, .pause, .resume, .wipe]) }

    func perform(_ action: BackendAction) async throws {
        switch action {
        case .stop: try await compose("stop", service)
        case .kill: try await compose("kill", service)
        case .start:
            if await server.isServing() { return }
            try await compose("start", service)
            try await waitUntilItServes()
        case .pause: try await compose("pause", service)
        case .resume:
            // One that is not paused is an error to compose.
            if await server.isServing() { return }
            try await compose("unpause", service)
            try await waitUntilItServes()
        case .wipe:
            try await compose("rm", "-s", "-f", "-v", service)
            try await compose("up", "-d", service)
            try await waitUntilItServes()
        case .compact, .revoke, .revokeCredentials: try await server.perform(action)
        }
    }

    private func waitUntilItServes() async throws {
        let end = ContinuousClock.now + Self.startLimit
        while await !server.isServing() {
            guard ContinuousClock.now < end else {
                throw MicroError(
                    .unavailable,
                    "\(service) of \(compose.file) does not serve \(Self.startLimit) after it was started",
                    origin: "conformance")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}

/// A Consul agent, asked by its HTTP interface.
struct ControlledConsul: ControlledServer {
    let agent: ConsulAgentClient
    let actions: Set<BackendAction> = [.revoke]

    private struct Ignored: Decodable {}

    func isServing() async -> Bool {
        guard let leader = try? await agent.ask("GET", "/v1/status/leader") else { return false }
        return leader.contains(UInt8(ascii: ":"))
    }

    func perform(_ action: BackendAction) async throws {
        let services = try await agent.decode([String: Ignored].self, agent.ask("GET", "/v1/agent/services"))
        for id in services.keys { try await agent.deregister(id) }
    }
}

/// An etcd member, asked by its gateway.
struct ControlledEtcd: ControlledServer {
    let member: EtcdMemberClient
    let actions: Set<BackendAction> = [.compact, .revoke]

    func isServing() async -> Bool { (try? await present()) != nil }

    func perform(_ action: BackendAction) async throws {
        if action == .compact {
            try await member.ask("/v3/kv/compaction", ["revision": try await present(), "physical": true])
        } else {
            let leases = try await member.ask("/v3/lease/leases", [:])["leases"] as? [EtcdMemberClient.JSON] ?? []
            for id in leases.compactMap({ $0["ID"] as? String }) {
                // One that has ended meanwhile is no failure.
                _ = try? await member.ask("/v3/lease/revoke", ["ID": id])
            }
        }
    }

    private func present() async throws -> String {
        let answer = try await member.ask("/v3/kv/range", ["key": "AA==", "count_only": true])
        guard let revision = (answer["header"] as? EtcdMemberClient.JSON)?["revision"] as? String else {
            throw MicroError(.internal, "etcd at \(member.url) told no revision", origin: "conformance")
        }
        return revision
    }
}
