// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroConsul
import MicroCore
import MicroEtcd

/// An agent that forgets everything when it ends.
struct ConsulContainerBackend: ContainerBackend {
    private let agent: ConsulAgentClient
    private let instances: ConsulAgentServices

    init(_ configuration: ConsulConfiguration) {
        let agent = ConsulAgentClient(configuration)
        self.agent = agent
        instances = ConsulAgentServices { try await agent.request($0, $1, body: $2) }
    }

    var url: String { agent.url }

    func isServing() async -> Bool {
        // It is "" while there is no leader, "address:port" then.
        let leader = try? await agent.request("GET", "/v1/status/leader")
        return leader?.contains(UInt8(ascii: ":")) ?? false
    }

    func compact(restart: () async throws -> Void) async throws {
        try await instances.preserveRegistrations(during: restart)
    }

    func revoke() async throws { try await instances.deregister() }
}

/// A member that is its cluster.
struct EtcdContainerBackend: ContainerBackend {
    private let member: EtcdMemberClient
    private let transfer: CurlTransfer

    init(_ configuration: EtcdConfiguration) {
        member = EtcdMemberClient(configuration)
        transfer = CurlTransfer(configuration: .init(tls: CurlTLS(configuration.tls)))
    }

    var url: String { member.url }

    func isServing() async -> Bool {
        let response = try? await transfer.perform(CurlRequest(url: url + "/health", timeout: .seconds(5)))
        return response.map {
            $0.status == 200 && String(decoding: $0.body, as: UTF8.self).contains(#""health":"true""#)
        } ?? false
    }

    /// Compacts everything up to the present revision, physically. It needs no restart.
    func compact(restart: () async throws -> Void) async throws {
        let range = try await member.request("/v3/kv/range", ["key": "AA==", "count_only": true])
        guard let header = range["header"] as? EtcdMemberClient.JSON, let revision = header["revision"] as? String
        else { throw MicroError(.internal, "etcd at \(url) told no revision", origin: "conformance") }
        try await ignoring("has been compacted") {
            try await member.request("/v3/kv/compaction", ["revision": revision, "physical": true])
        }
    }

    /// Revokes every lease, and so deletes every key that has one.
    func revoke() async throws {
        let leases = try await member.request("/v3/lease/leases", [:])["leases"] as? [EtcdMemberClient.JSON]
        for case let id? in (leases ?? []).map({ $0["ID"] as? String }) {
            // It may have expired meanwhile.
            try await ignoring("lease not found") { try await member.request("/v3/lease/revoke", ["ID": id]) }
        }
    }

    /// An error that says that it is as it should be is none.
    private func ignoring(
        _ text: String, _ body: () async throws -> EtcdMemberClient.JSON
    ) async throws {
        do { _ = try await body() } catch let error as MicroError where error.message.contains(text) {}
    }
}
