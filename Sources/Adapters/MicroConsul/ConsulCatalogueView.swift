// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore

/// What a ``ConsulCatalogue`` has read of each service, and which are to be read again.
///
/// Only what is read of a service itself counts as known; checks and names only point to what may have changed. Whatever
/// does not fit what was read is read again, so that a wrong guess costs a request and never a change.
struct ConsulCatalogueView {
    /// The `ModifyIndex` of checks, by their IDs.
    private typealias Versions = [String: UInt64]

    private struct Entry {
        /// Of the checks of the service, by the Consul node that they are on.
        var own: [String: Versions] = [:]
        /// Of the checks of these nodes as a whole, which hold for all that is on them.
        var nodes: [String: Versions] = [:]
        var tags: Set<String> = []
        var isCoveredByChecks = true
        /// Why it may not be read, and when to ask again.
        var refusal: (cause: MicroError, until: ContinuousClock.Instant)?
    }

    /// Rights change seldom.
    private static let refusalMemory = Duration.seconds(30)

    let namespace: ConsulNamespace
    private let longestWait: Duration
    private let logger: Logger
    private var entries: [String: Entry] = [:]
    private var lastSweep: ContinuousClock.Instant?
    private var isSweepWanted = false

    /// The services to read.
    private(set) var due: Set<String> = []

    /// The services that are there, as far as the two queries tell.
    private(set) var listed: Set<String> = []

    /// What was read.
    private(set) var all = RegistryState()

    init(namespace: ConsulNamespace, longestWait: Duration, logger: Logger) {
        self.namespace = namespace
        self.longestWait = longestWait
        self.logger = logger
    }

    /// Why a service may not be read.
    func refusal(of name: String) -> MicroError? { entries[name]?.refusal?.cause }

    /// Has everything read again: what is known may be of another history.
    mutating func forget() { due.formUnion(entries.keys) }

    /// Takes a service as it was read, or the reason why it may not be.
    mutating func take(_ name: String, _ answer: Result<[ConsulHealth], MicroError>) {
        due.remove(name)
        switch answer {
        case .success(let instances):
            entries[name] = Self.entry(instances)
            let records = ConsulRecord.records(of: name, in: instances, namespace: namespace, logger: logger)
            // What shares its storage with the state before is not compared again.
            if records != all[name] { all[name] = records }
        case .failure(let cause):
            entries[name] = Entry(refusal: (cause, .now + Self.refusalMemory))
            all[name] = []
        }
    }

    private static func entry(_ instances: [ConsulHealth]) -> Entry {
        var entry = Entry()
        for instance in instances {
            let node = instance.node.name ?? ""
            entry.nodes[node] = entry.nodes[node] ?? [:]
            entry.tags.formUnion(instance.service.tags ?? [])
            entry.isCoveredByChecks = entry.isCoveredByChecks && instance.isCoveredByACheck
            for check in instance.checks {
                guard let id = check.id, let node = check.node else { continue }
                if check.isOfNode {
                    entry.nodes[node, default: [:]][id] = check.modifyIndex
                } else {
                    entry.own[node, default: [:]][id] = check.modifyIndex
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
    mutating func note(
        checks: [ConsulCheck], services: [String: [String]], servicesWoke: Bool, wanted: Set<String>?,
        now: ContinuousClock.Instant = .now
    ) {
        var own: [String: [String: Versions]] = [:]
        var nodes: [String: Versions] = [:]
        for check in checks {
            guard let id = check.id, let node = check.node else { continue }
            if check.isOfNode {
                nodes[node, default: [:]][id] = check.modifyIndex
            } else if let name = namespace.service(stored: check.serviceName ?? "") {
                own[name, default: [:]][node, default: [:]][id] = check.modifyIndex
            }
        }
        var tags: [String: Set<String>] = [:]
        for (stored, all) in services {
            if let name = namespace.service(stored: stored) { tags[name] = Set(all) }
        }
        listed = Set(tags.keys).union(own.keys)
        let isSweep = takeSweep(servicesWoke, now)
        keepOnly(wanted)
        for name in (wanted ?? listed.union(entries.keys)) where !due.contains(name) {
            guard let entry = entries[name] else {
                due.insert(name)
                continue
            }
            if let refusal = entry.refusal {
                if refusal.until <= now { due.insert(name) }
                continue
            }
            let checksMoved =
                entry.own != own[name] ?? [:]
                || entry.nodes.contains { node, versions in nodes[node] ?? [:] != versions }
            let catalogueMoved = servicesWoke && (entry.tags != tags[name] ?? [] || !entry.isCoveredByChecks)
            if checksMoved || catalogueMoved || isSweep { due.insert(name) }
        }
    }

    /// Forgets what nobody wants any more: it is not kept up to date.
    private mutating func keepOnly(_ wanted: Set<String>?) {
        for name in entries.keys where !(wanted?.contains(name) ?? (listed.contains(name) || !all[name].isEmpty)) {
            entries[name] = nil
            all[name] = []
        }
        if let wanted { due.formIntersection(wanted) }
    }

    /// Whether everything has to be read: an instance without a check that joins others with checks, and looks like
    /// them, is seen by no other means. At most once per wait, more seldom where there is much to read, and only when
    /// the catalogue has changed.
    private mutating func takeSweep(_ servicesWoke: Bool, _ now: ContinuousClock.Instant) -> Bool {
        guard let last = lastSweep else {
            lastSweep = now
            return false
        }
        isSweepWanted = isSweepWanted || servicesWoke
        guard isSweepWanted, now - last >= max(longestWait, .milliseconds(10) * entries.count) else { return false }
        lastSweep = now
        isSweepWanted = false
        return true
    }
}

extension ConsulCheck {
    /// Whether it is a check of a whole node.
    fileprivate var isOfNode: Bool { (serviceID ?? "").isEmpty }
}
