// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore

/// What a ``ConsulCatalog`` has read of each service, and which are to be read again.
///
/// Only what is read of a service itself counts as known; checks and names only point to what may have changed. Whatever
/// does not fit what was read is read again, so that a wrong guess costs a request and never a change.
struct CatalogCache {
    /// The `ModifyIndex` of checks, by their IDs.
    private typealias CheckIndexes = [String: UInt64]

    private struct Entry {
        /// Of the checks of the service, by the Consul node that they are on.
        var serviceChecks: [String: CheckIndexes] = [:]
        /// Of the checks of these nodes as a whole, which hold for all that is on them.
        var nodeChecks: [String: CheckIndexes] = [:]
        var tags: Set<String> = []
        var hasDigestChecks = true
        /// Why it may not be read, and when to ask again.
        var refusal: (cause: MicroError, until: ContinuousClock.Instant)?
    }

    /// Rights change seldom.
    private static let refusalCacheDuration = Duration.seconds(30)

    let namespace: ConsulNamespace
    private let watchRenewalInterval: Duration
    private let logger: Logger
    private var entries: [String: Entry] = [:]
    private var lastFullRefresh: ContinuousClock.Instant?
    private var isFullRefreshPending = false

    /// The services to read.
    private(set) var due: Set<String> = []

    /// The services that are there, as far as the two queries tell.
    private(set) var listed: Set<String> = []

    /// What was read.
    private(set) var all = RegistryState()

    init(namespace: ConsulNamespace, watchRenewalInterval: Duration, logger: Logger) {
        self.namespace = namespace
        self.watchRenewalInterval = watchRenewalInterval
        self.logger = logger
    }

    /// Why a service may not be read.
    func refusal(of name: String) -> MicroError? { entries[name]?.refusal?.cause }

    /// Has everything read again: what is known may be of another history.
    mutating func invalidate() { due.formUnion(entries.keys) }

    /// Takes a service as it was read, or the reason why it may not be.
    mutating func take(_ name: String, _ response: Result<[ServiceEntry], MicroError>) {
        due.remove(name)
        switch response {
        case .success(let instances):
            entries[name] = Self.entry(instances)
            let records = ConsulRecord.records(of: name, in: instances, namespace: namespace, logger: logger)
            // What shares its storage with the state before is not compared again.
            if records != all[name] { all[name] = records }
        case .failure(let cause):
            entries[name] = Entry(refusal: (cause, .now + Self.refusalCacheDuration))
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

    /// Takes what the queries say now.
    ///
    /// - Parameters:
    ///   - servicesWoke: Whether the answer about services is new.
    ///   - wanted: The services that matter; nil for all.
    mutating func update(
        checks: [HealthCheck], services: [String: [String]], hasNewServices: Bool, wanted: Set<String>?,
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
        for (stored, all) in services {
            if let name = namespace.service(stored: stored) { tags[name] = Set(all) }
        }
        listed = Set(tags.keys).union(serviceChecks.keys)
        let isFullRefresh = takeFullRefresh(hasNewServices, now)
        removeAllExcept(wanted)
        for name in (wanted ?? listed.union(entries.keys)) where !due.contains(name) {
            guard let entry = entries[name] else {
                due.insert(name)
                continue
            }
            if let refusal = entry.refusal {
                if refusal.until <= now { due.insert(name) }
                continue
            }
            let haveChecksChanged =
                entry.serviceChecks != serviceChecks[name] ?? [:]
                || entry.nodeChecks.contains { node, versions in nodeChecks[node] ?? [:] != versions }
            let hasCatalogChanged = hasNewServices && (entry.tags != tags[name] ?? [] || !entry.hasDigestChecks)
            if haveChecksChanged || hasCatalogChanged || isFullRefresh { due.insert(name) }
        }
    }

    /// Forgets what nobody wants any more: it is not kept up to date.
    private mutating func removeAllExcept(_ wanted: Set<String>?) {
        for name in entries.keys where !(wanted?.contains(name) ?? (listed.contains(name) || !all[name].isEmpty)) {
            entries[name] = nil
            all[name] = []
        }
        if let wanted { due.formIntersection(wanted) }
    }

    /// Whether everything has to be read: an instance without a check that joins others with checks, and looks like
    /// them, is seen by no other means. At most once per wait, more seldom where there is much to read, and only when
    /// the catalogue has changed.
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
    /// Whether it is a check of a whole node.
    fileprivate var isNodeCheck: Bool { (serviceID ?? "").isEmpty }
}
