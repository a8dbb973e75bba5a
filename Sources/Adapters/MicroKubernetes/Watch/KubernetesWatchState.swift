// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore

/// The state of a watch: the Leases that were read, and the records composed of those that have not expired.
struct KubernetesWatchState {
    private struct Entry {
        var lease: Lease
        var node: StoredNode?
        /// When the Lease expires unless it is renewed; nil for never.
        var expiry: ContinuousClock.Instant?
        var isExpired = false
    }

    private let names: KubernetesNames
    private let logger: Logger
    /// By the names of the Leases.
    private var entries: [String: Entry] = [:]
    /// The names of the Leases of each service.
    private var leases: [String: Set<String>] = [:]

    /// The nodes of go-micro's pods, by the names of the pods.
    private var pods: [String: [StoredNode]] = [:]
    /// The names of the pods of each service.
    private var podNames: [String: Set<String>] = [:]

    /// The records that have not expired.
    private(set) var published = RegistryState.notYetRead
    /// The version up to which all changes are known.
    private(set) var version = ""
    /// The version up to which all changes of pods are known; empty if pods are not read.
    private(set) var podVersion = ""
    /// The latest time at which renewals are known to have reached this client: that of a list or of a change of a
    /// Lease, but not of a bookmark, which an API server sends even if etcd does not respond.
    private var confirmedAt: ContinuousClock.Instant?

    init(names: KubernetesNames, logger: Logger) {
        self.names = names
        self.logger = logger
    }

    /// The number of Leases.
    var count: Int { entries.count }

    /// The earliest time at which a Lease expires; nil for never.
    var nextExpiry: ContinuousClock.Instant? { entries.values.lazy.filter { !$0.isExpired }.compactMap(\.expiry).min() }

    // MARK: Changes

    /// Replaces all Leases.
    ///
    /// - Parameters:
    ///   - serverTime: The server's time at `now`, which determines the age of a new Lease.
    ///   - pause: How long the Leases could not be read. They are kept longer by this time, because their clients could
    ///     not renew them either.
    mutating func replace(
        with snapshot: KubernetesAPI.Snapshot<Lease>, at now: ContinuousClock.Instant, serverTime: ServerTime?,
        pause: Duration
    ) {
        let (old, services) = (entries, Set(leases.keys))
        // The server has lost data: versions only increase.
        if let last = UInt64(version), let new = UInt64(snapshot.version), new < last { published.historyStart = .now }
        (entries, leases, version, confirmedAt) = ([:], [:], snapshot.version, now)
        for lease in snapshot.objects {
            guard let name = lease.metadata.name else { continue }
            if var known = old[name], known.lease.hasSameRecord(as: lease), known.lease.hasSameExpiry(as: lease) {
                known.expiry = known.expiry.map { $0 + pause }
                known.isExpired = known.expiry.map { $0 <= now } ?? false
                insert(known, name)
            } else {
                let age = max(.zero, Self.age(of: lease, at: serverTime) - pause)
                insert(entry(lease, old[name], expiry: lease.duration.map { now + $0 - age }, at: now), name)
            }
        }
        for service in services.union(leases.keys) { update(service) }
    }

    /// Applies an event.
    ///
    /// - Returns: The services whose records may have changed.
    mutating func apply(_ event: WatchEvent<Lease>, at now: ContinuousClock.Instant) -> Set<String> {
        version = event.object.metadata.resourceVersion ?? version
        guard event.type != .bookmark, let name = event.object.metadata.name else { return [] }
        confirmedAt = now
        let old = entries[name]
        var touched = Set([old?.node?.service.name].compactMap(\.self))
        if let service = old?.node?.service.name {
            leases[service]?.remove(name)
            if leases[service]?.isEmpty == true { leases[service] = nil }
        }
        entries[name] = nil
        if event.type != .deleted {
            let new = entry(event.object, old, at: now)
            insert(new, name)
            // A renewal changes no record.
            if let old, let node = new.node, old.node == node, old.isExpired == new.isExpired { return [] }
            if let service = new.node?.service.name { touched.insert(service) }
        }
        return touched.filter { update($0) }
    }

    /// Replaces all pods of go-micro.
    mutating func replace(pods snapshot: KubernetesAPI.Snapshot<Pod>) {
        let services = Set(podNames.keys)
        (pods, podNames, podVersion) = ([:], [:], snapshot.version)
        for pod in snapshot.objects { setNodes(of: pod, GoMicroPods.nodes(of: pod, logger: logger)) }
        for service in services.union(podNames.keys) { update(service) }
    }

    /// Applies an event of a pod of go-micro.
    ///
    /// - Returns: The services whose records have changed.
    mutating func apply(_ event: WatchEvent<Pod>) -> Set<String> {
        podVersion = event.object.metadata.resourceVersion ?? podVersion
        guard event.type != .bookmark else { return [] }
        let nodes = event.type == .deleted ? [] : GoMicroPods.nodes(of: event.object, logger: logger)
        return setNodes(of: event.object, nodes).filter { update($0) }
    }

    /// Replaces the nodes of a pod.
    ///
    /// - Returns: The services of the pod, before and after.
    @discardableResult
    private mutating func setNodes(of pod: Pod, _ nodes: [StoredNode]) -> Set<String> {
        guard let name = pod.metadata.name else { return [] }
        let old = Set((pods[name] ?? []).map(\.service.name))
        for service in old {
            podNames[service]?.remove(name)
            if podNames[service]?.isEmpty == true { podNames[service] = nil }
        }
        pods[name] = nodes.isEmpty ? nil : nodes
        for node in nodes { podNames[node.service.name, default: []].insert(name) }
        return old.union(nodes.map(\.service.name))
    }

    /// Removes the records of Leases that have expired.
    ///
    /// A Lease is kept if the client may have missed its renewal, because nothing has confirmed for a while that
    /// renewals arrive.
    ///
    /// - Returns: The services whose records have changed, and whether Leases were kept, so that the server must be
    ///   asked for them.
    mutating func expire(at now: ContinuousClock.Instant) -> (services: Set<String>, isUncertain: Bool) {
        var (touched, isUncertain): (Set<String>, Bool) = ([], false)
        for (name, entry) in entries where !entry.isExpired {
            guard let expiry = entry.expiry, expiry <= now else { continue }
            guard missedRenewals(entry.lease, expiry) else {
                isUncertain = true
                continue
            }
            entries[name]?.isExpired = true
            if let service = entry.node?.service.name { touched.insert(service) }
        }
        return (touched.filter { update($0) }, isUncertain)
    }

    /// Whether a Lease had not been renewed for most of its duration when renewals were last known to arrive. Clients
    /// renew several times per duration.
    private func missedRenewals(_ lease: Lease, _ expiry: ContinuousClock.Instant) -> Bool {
        guard let confirmedAt, let duration = lease.duration else { return false }
        return expiry <= confirmedAt + duration / 4
    }

    /// Notes that the server has responded with data that is not older than the given time.
    mutating func confirm(at now: ContinuousClock.Instant) { confirmedAt = now }

    /// The time since renewals were last known to arrive.
    func silence(at now: ContinuousClock.Instant) -> Duration { confirmedAt.map { now - $0 } ?? .zero }

    /// Marks the state as current.
    mutating func markLive() { published.freshness = .live }

    /// Marks the state as no longer updated.
    mutating func markStale(_ cause: MicroError) { published = published.failing(with: cause) }

    // MARK: Entries

    /// The entry of a Lease that an event contains. An event that is not a renewal does not extend the life of a Lease.
    private func entry(_ lease: Lease, _ old: Entry?, at now: ContinuousClock.Instant) -> Entry {
        guard let old, old.lease.metadata.uid == lease.metadata.uid, old.lease.hasSameExpiry(as: lease) else {
            return entry(lease, old, expiry: lease.duration.map { now + $0 }, at: now)
        }
        var entry = entry(lease, old, expiry: old.expiry, at: now)
        entry.isExpired = old.isExpired
        return entry
    }

    private func entry(
        _ lease: Lease, _ old: Entry?, expiry: ContinuousClock.Instant?, at now: ContinuousClock.Instant
    ) -> Entry {
        let isSame = old.map { $0.lease.hasSameRecord(as: lease) && $0.lease.revision == lease.revision } ?? false
        let node = isSame ? old?.node : KubernetesRecord.storedNode(lease, names: names, logger: logger)
        return Entry(
            lease: lease, node: lease.expiry == nil ? nil : node, expiry: expiry,
            isExpired: expiry.map { $0 <= now } ?? false)
    }

    private mutating func insert(_ entry: Entry, _ name: String) {
        entries[name] = entry
        if let service = entry.node?.service.name { leases[service, default: []].insert(name) }
    }

    /// Recomputes the records of a service.
    ///
    /// - Returns: Whether they have changed.
    @discardableResult
    private mutating func update(_ service: String) -> Bool {
        let nodes = (leases[service] ?? []).compactMap { entries[$0] }.filter { !$0.isExpired }.compactMap(\.node)
        let foreign = (podNames[service] ?? []).flatMap { pods[$0] ?? [] }.filter { $0.service.name == service }
        let records = ServiceRecord.merging(nodes + foreign)
        // Values that share their storage are not compared.
        guard records != published[service] else { return false }
        published[service] = records
        return true
    }

    /// The time since the last renewal, by the server's clock, within zero and the duration of the Lease.
    private static func age(of lease: Lease, at now: ServerTime?) -> Duration {
        guard let now, let duration = lease.duration,
            let renewed = lease.spec?.renewTime.flatMap(ServerTime.init(rfc3339:))
        else { return .zero }
        return min(max(.zero, now.duration(since: renewed)), duration)
    }
}
