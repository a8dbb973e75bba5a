// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore

/// Registers nodes at the API server, refreshes them and removes them.
///
/// A heartbeat repeats the registration, in one request: it asserts the whole record, and its response shows whether
/// the Lease was lost.
final class KubernetesRegistrar: NodeRegistrar {
    let locks = KeyedLock<String>()
    private let api: KubernetesAPI
    private let names: KubernetesNames
    private let versions: KubernetesVersions
    private let collector: LeaseCollector
    /// Nil without go-micro's pods.
    private let mirror: GoMicroPodMirror?
    private let registered = KubernetesRegistrations()

    init(api: KubernetesAPI, names: KubernetesNames, versions: KubernetesVersions, logger: Logger) {
        self.api = api
        self.names = names
        self.versions = versions
        collector = LeaseCollector(api: api, names: names, versions: versions, logger: logger)
        let hasMirror = api.configuration.readsGoMicroPods && api.configuration.podName != nil
        mirror = hasMirror ? GoMicroPodMirror(api: api, logger: logger) : nil
    }

    /// Registers a node, or renews its Lease if it is registered already.
    ///
    /// - Parameter timeToLive: In whole seconds; nil for none.
    /// - Returns: The time to live as given, and whether the node did not exist or had expired.
    func register(_ node: Node, of service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        let lease = try KubernetesRecord.lease(node, of: service, names: names)
        let deadline = api.deadline
        let hadExpired = try await hadExpired(node.id, lease.metadata.name ?? "", by: deadline)
        var entry = registered[node.id] ?? .init(lease: lease, service: service.name)
        if entry.lease != lease { entry.revision = nil }
        (entry.lease, entry.service, entry.timeToLive) = (lease, service.name, timeToLive)
        // Recorded before the request, because an interrupted request may take effect later.
        entry.unconfirmedUntil = deadline
        registered[node.id] = entry
        // Taken before the request, because the Lease's time to live begins at the time that the request contains.
        let renewedAt = api.clock.time()
        let stored = try await apply(entry, node.id, by: deadline)
        entry.revision = stored.created ? stored.version : entry.revision ?? stored.version
        (entry.renewedAt, entry.unconfirmedUntil) = (renewedAt, nil)
        registered[node.id] = entry
        versions.recordWrite(stored.version)
        await mirror?.store(node, of: service, by: deadline)
        collector.collect(service.name)
        return RegisterOutcome(timeToLive: timeToLive, created: stored.created || hadExpired)
    }

    func close() async { await collector.close() }

    private func apply(
        _ entry: KubernetesRegistrations.Entry, _ id: String, by deadline: ContinuousClock.Instant
    ) async throws -> (version: String, created: Bool) {
        do { return try await api.apply(renewed(entry), by: deadline) } catch let error as MicroError {
            // The server has refused the request.
            if let code = error.kubernetesStatus?.code, code < 500 { registered[id]?.unconfirmedUntil = nil }
            throw error
        }
    }

    /// Whether the Lease may exist but have expired. Reads the Lease if the server's time is not known yet.
    ///
    /// Lookups use the same clock. Therefore a node that a lookup no longer found has also expired according to this
    /// function.
    private func hadExpired(_ id: String, _ name: String, by deadline: ContinuousClock.Instant) async throws -> Bool {
        if let entry = registered[id], let renewedAt = entry.renewedAt, let now = api.clock.time() {
            return entry.timeToLive.map { now.duration(since: renewedAt) > $0 } ?? false
        }
        guard api.clock.time() == nil else { return false }
        let lease = try await api.lease(name, by: deadline)
        guard case .at(let end)? = lease?.expiry, let now = api.clock.time() else { return false }
        return end < now
    }

    private func renewed(_ entry: KubernetesRegistrations.Entry) -> Lease {
        var lease = entry.lease
        lease.metadata.annotations?[KubernetesRecord.revisionAnnotation] = entry.revision
        lease.metadata.ownerReferences = api.configuration.owner.map { [$0] }
        guard let timeToLive = entry.timeToLive else { return lease }
        lease.spec?.leaseDurationSeconds = Int(timeToLive.components.seconds)
        lease.spec?.renewTime = api.clock.time()?.microTime
        return lease
    }

    /// Removes a node, regardless of its owner, unless it now belongs to another service.
    func deregister(_ node: Node, of service: ServiceRecord) async throws {
        let (name, deadline) = (names.leaseName(ofNode: node.id), api.deadline)
        let entry = registered[node.id]
        await mirror?.remove(node, of: service, by: deadline)
        try await delete(name, of: service.name, by: deadline)
        if let end = entry?.unconfirmedUntil, .now < end {
            try await Task.sleep(until: end, clock: .continuous)
            try await delete(name, of: service.name, by: max(deadline, .now + .milliseconds(500)))
        }
        if entry?.service == service.name { registered[node.id] = nil }
    }

    private func delete(_ name: String, of service: String, by deadline: ContinuousClock.Instant) async throws {
        let lease = try await api.lease(name, by: deadline)
        guard lease?.metadata.labels?[KubernetesNames.nameLabel] == names.label(of: service) else { return }
        try await api.delete(name, by: deadline)
        versions.forget()
    }
}
