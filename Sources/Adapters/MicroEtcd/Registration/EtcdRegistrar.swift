// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore

/// Registers nodes at etcd, refreshes them and removes them.
///
/// Each node has its own lease. The client chooses the ID of the lease, so that the lease of an interrupted request is
/// known and can be revoked when the node is deregistered.
final class EtcdRegistrar: NodeRegistrar {
    let locks = KeyedLock<String>()
    private let api: EtcdAPI
    private let keys: EtcdKeys
    private let logger: Logger
    private let registered = EtcdRegistrations()

    init(api: EtcdAPI, keys: EtcdKeys, logger: Logger) {
        self.api = api
        self.keys = keys
        self.logger = logger
    }

    /// Registers a node, or renews its lease if it is registered already.
    ///
    /// - Parameter timeToLive: In whole seconds; nil for none.
    /// - Returns: The time to live that etcd granted, and whether the node did not exist.
    func register(_ node: Node, of service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        let seconds = timeToLive?.components.seconds
        let key = keys.key(service.name, node.id)
        let value = try EtcdRecord.encoded(node, of: service, keys: keys)
        let deadline = api.deadline
        do {
            return try await store(node.id, key, value, seconds: seconds, by: deadline)
        } catch let error as MicroError where error.hasGRPCCode(EtcdServerError.Code.notFound) {
            // The lease ended between the two requests.
            registered[node.id]?.lease = nil
            return try await store(node.id, key, value, seconds: seconds, by: deadline)
        }
    }

    private func store(
        _ id: String, _ key: String, _ value: [UInt8], seconds: Int64?, by deadline: ContinuousClock.Instant
    ) async throws -> RegisterOutcome {
        var entry = registered[id] ?? .init()
        let granted = try await renewLease(of: id, &entry, seconds: seconds, by: deadline)
        let lease = entry.lease?.id ?? 0
        let condition = entry.stored.flatMap { stored -> EtcdAPI.StoredCondition? in
            guard stored.key == key, stored.value == value, stored.lease == lease else { return nil }
            return lease == 0 ? .revision(stored.revision) : .lease(lease)
        }
        // Recorded before the request, because an interrupted request may have been received.
        if condition == nil { entry.stored = nil }
        entry.keys = entry.keys.filter { $0 != key } + [key]
        registered[id] = entry
        let put = try await api.put(
            key, value, lease: lease, deleting: entry.keys.dropLast(), unless: condition, by: deadline)
        if let put { entry.stored = .init(key: key, value: value, lease: lease, revision: put.revision) }
        entry.keys = [key]
        registered[id] = entry
        await revokeOldLeases(of: id, entry, by: deadline)
        return RegisterOutcome(timeToLive: granted.map { .seconds($0) }, created: put.map { !$0.existed } ?? false)
    }

    /// Renews the lease of a node, or grants one.
    ///
    /// - Returns: Its time to live in seconds; nil if none is requested.
    private func renewLease(
        of id: String, _ entry: inout EtcdRegistrations.Entry, seconds: Int64?, by deadline: ContinuousClock.Instant
    ) async throws -> Int64? {
        let known = entry.lease
        entry.lease = nil
        guard let seconds else { return nil }
        if let known, known.seconds == seconds, let granted = try await api.keepAlive(known.id, by: deadline) {
            entry.lease = known
            return granted
        }
        let fresh = Int64.random(in: 1...Int64.max)
        entry.leases.insert(fresh)
        registered[id] = entry
        let granted = try await api.grant(fresh, seconds: seconds, by: deadline)
        entry.lease = .init(id: fresh, seconds: seconds)
        registered[id] = entry
        return granted
    }

    /// Revokes the leases that the key no longer uses. A failure is retried with the next heartbeat.
    private func revokeOldLeases(
        of id: String, _ entry: EtcdRegistrations.Entry, by deadline: ContinuousClock.Instant
    ) async {
        for lease in entry.leases where lease != entry.lease?.id {
            do {
                try await api.revoke(lease, by: deadline)
                registered[id]?.leases.remove(lease)
            } catch {
                logger.debug("lease revocation failed", metadata: ["id": "\(id)", "cause": "\(error)"])
            }
        }
    }

    /// Removes a node from a service, regardless of its owner, with everything that this client may have stored for it.
    /// If this client has moved the node to another service, it stays there.
    func deregister(_ node: Node, of service: ServiceRecord) async throws {
        let (entry, deadline) = (registered[node.id] ?? .init(), api.deadline)
        let key = keys.key(service.name, node.id)
        if let current = entry.keys.last, current != key { return try await api.delete([key], by: deadline) }
        // Revoke the leases first: without its lease, a request in flight stores nothing.
        for lease in entry.leases { try await api.revoke(lease, by: deadline) }
        try await api.delete(Set(entry.keys + [key]), by: deadline)
        registered[node.id] = nil
    }
}
