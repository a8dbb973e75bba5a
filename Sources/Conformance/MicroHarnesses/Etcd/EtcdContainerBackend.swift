// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroEtcd

/// The only member of an etcd cluster, in a container.
struct EtcdContainerBackend: ContainerBackend {
    private let member: EtcdMemberClient

    init(_ configuration: EtcdConfiguration) { member = EtcdMemberClient(configuration) }

    var url: String { member.url }

    func isServing() async -> Bool { await member.isHealthy() }

    /// Compacts everything up to the current revision, and waits until it is removed from disk. Needs no restart.
    func compact(restart: () async throws -> Void) async throws {
        let range = try await member.request("/v3/kv/range", ["key": "AA==", "count_only": true])
        guard let header = range["header"] as? EtcdMemberClient.JSON, let revision = header["revision"] as? String
        else { throw MicroError(.internal, "the response of etcd at \(url) has no revision", origin: "conformance") }
        try await ignoringError("has been compacted") {
            try await member.request("/v3/kv/compaction", ["revision": revision, "physical": true])
        }
    }

    /// Revokes every lease, which deletes the keys that are attached to it.
    func revoke() async throws {
        let leases = try await member.request("/v3/lease/leases", [:])["leases"] as? [EtcdMemberClient.JSON]
        for case let id? in (leases ?? []).map({ $0["ID"] as? String }) {
            // A lease may expire in the meantime.
            try await ignoringError("lease not found") { try await member.request("/v3/lease/revoke", ["ID": id]) }
        }
    }

    /// Ignores an error whose text reports that there is nothing to do.
    private func ignoringError(_ text: String, _ body: () async throws -> EtcdMemberClient.JSON) async throws {
        do { _ = try await body() } catch let error as MicroError where error.message.contains(text) {}
    }
}
