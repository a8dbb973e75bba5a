// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore

/// The services that a ``ConsulCatalog`` has read, and the services that it must read again.
///
/// Checks and names only show which services may have changed. A service that does not match the cache is read again.
/// An unnecessary read costs a request, but no change is missed.
struct CatalogCache {
    /// The `ModifyIndex` of checks by check ID.
    private typealias CheckIndexes = [String: UInt64]

    private struct Entry {
        /// The checks of the service's instances, by Consul node.
        var serviceChecks: [String: CheckIndexes] = [:]
        /// The checks of these Consul nodes themselves, which apply to all instances on them.
        var nodeChecks: [String: CheckIndexes] = [:]
        var tags: Set<String> = []
        var hasDigestChecks = true
        /// Why the token may not read the service, and when to try again.
        var denial: (cause: MicroError, until: ContinuousClock.Instant)?
    }

    /// Permissions rarely change.
    private static let denialCacheDuration = Duration.seconds(30)

    let namespace: ConsulNamespace
    private let watchRenewalInterval: Duration
    private let logger: Logger
    private var entries: [String: Entry] = [:]
    private var lastFullRefresh: ContinuousClock.Instant?
    private var isFullRefreshPending = false
    /// The index of the latest list of service names.
    private var servicesIndex: ConsulIndex?

    /// The services to read.
    private(set) var pending: Set<String> = []

    /// The services that exist according to the checks and the names.
    private(set) var listed: Set<String> = []

    /// The services that were read.
    private(set) var all = RegistryState()

    init(namespace: ConsulNamespace, watchRenewalInterval: Duration, logger: Logger) {
        self.namespace = namespace
        self.watchRenewalInterval = watchRenewalInterval
        self.logger = logger
    }

    /// Why the token may not read a service; nil if it may.
    func accessError(for name: String) -> MicroError? { entries[name]?.denial?.cause }

    /// Marks all services to be read again, because Consul may have been restarted or have lost its data.
    mutating func invalidate() {
        pending.formUnion(entries.keys)
        servicesIndex = nil
        all.historyStart = .now
    }

    /// Stores the instances of a service, or why the token may not read it.
    mutating func store(_ name: String, _ result: Result<[ServiceEntry], MicroError>) {
        pending.remove(name)
        switch result {
        case .success(let instances):
            entries[name] = Self.entry(instances)
            let records = ConsulRecord.records(of: name, in: instances, namespace: namespace, logger: logger)
            // Keep equal records: later comparisons of states skip records that share storage.
            if records != all[name] { all[name] = records }
        case .failure(let cause):
            entries[name] = Entry(denial: (cause, .now + Self.denialCacheDuration))
            all[name] = []
        }
    }

    private static func entry(_ instances: [ServiceEntry]) -> Entry {
        var entry = Entry()
        for instance in instances {
            let node = instance.node.name ?? ""
            entry.nodeChecks[node] = entry.nodeChecks[node] ?? [:]
            entry.tags.formUnion(instance.service.tags ?? [])
            entry.hasDigestChecks = entry.hasDigestChecks && instance.hasDigestCheck
            for check in instance.checks {
                guard let id = check.id, let node = check.node else { continue }
                if check.isNodeCheck {
                    entry.nodeChecks[node, default: [:]][id] = check.modifyIndex
                } else {
                    entry.serviceChecks[node, default: [:]][id] = check.modifyIndex
                }
            }
        }
        return entry
    }

    /// Compares the checks and the names with the cache, and marks the services that may have changed.
    ///
    /// - Parameter watched: The services that are watched; nil for all.
    mutating func update(
        checks: [HealthCheck], services: ConsulAPI.Indexed<[String: [String]]>, watched: Set<String>?,
        now: ContinuousClock.Instant = .now
    ) {
        var serviceChecks: [String: [String: CheckIndexes]] = [:]
        var nodeChecks: [String: CheckIndexes] = [:]
        for check in checks {
            guard let id = check.id, let node = check.node else { continue }
            if check.isNodeCheck {
                nodeChecks[node, default: [:]][id] = check.modifyIndex
            } else if let name = namespace.service(stored: check.serviceName ?? "") {
                serviceChecks[name, default: [:]][node, default: [:]][id] = check.modifyIndex
            }
        }
        var tags: [String: Set<String>] = [:]
        for (stored, all) in services.value {
            if let name = namespace.service(stored: stored) { tags[name] = Set(all) }
        }
        let hasNewServices = services.index != servicesIndex
        servicesIndex = services.index
        listed = Set(tags.keys).union(serviceChecks.keys)
        let isFullRefresh = takeFullRefresh(hasNewServices, now)
        removeAllExcept(watched)
        for name in (watched ?? listed.union(entries.keys)) where !pending.contains(name) {
            guard let entry = entries[name] else {
                pending.insert(name)
                continue
            }
            if let denial = entry.denial {
                if denial.until <= now { pending.insert(name) }
                continue
            }
            let haveChecksChanged =
                entry.serviceChecks != serviceChecks[name] ?? [:]
                || entry.nodeChecks.contains { node, indexes in nodeChecks[node] ?? [:] != indexes }
            let hasCatalogChanged = hasNewServices && (entry.tags != tags[name] ?? [] || !entry.hasDigestChecks)
            if haveChecksChanged || hasCatalogChanged || isFullRefresh { pending.insert(name) }
        }
    }

    /// Removes services that are no longer watched: they are not kept up to date.
    private mutating func removeAllExcept(_ watched: Set<String>?) {
        for name in entries.keys where !(watched?.contains(name) ?? (listed.contains(name) || !all[name].isEmpty)) {
            entries[name] = nil
            all[name] = []
        }
        if let watched { pending.formIntersection(watched) }
    }

    /// Whether to read all services again. Checks and tags do not show every change: an instance without a check can join
    /// instances with checks and the same tags.
    ///
    /// True only after a change of the catalog, and at most once per interval. The interval is the renewal interval, or
    /// 10 ms times the number of cached services if that is longer.
    private mutating func takeFullRefresh(_ hasNewServices: Bool, _ now: ContinuousClock.Instant) -> Bool {
        guard let last = lastFullRefresh else {
            lastFullRefresh = now
            return false
        }
        isFullRefreshPending = isFullRefreshPending || hasNewServices
        guard isFullRefreshPending, now - last >= max(watchRenewalInterval, .milliseconds(10) * entries.count) else {
            return false
        }
        lastFullRefresh = now
        isFullRefreshPending = false
        return true
    }
}

extension HealthCheck {
    /// Whether it is the check of a Consul node, not of an instance.
    fileprivate var isNodeCheck: Bool { (serviceID ?? "").isEmpty }
}
