// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Nodes that were known before an outage of the registry and have been missing since the registry recovered.
///
/// An outage too short to be noticed by the watch is detected by ``/MicroCore/RegistryState/historyStart``.
///
/// A registry that restarts without its data is empty until the next heartbeats. Nodes that were shut down in the
/// meantime are kept as well: calls to them fail, and other nodes are tried.
struct RetainedNodes: Sendable {
    /// The beginning of the outage.
    let staleSince: ContinuousClock.Instant
    /// When nodes that are still missing are removed.
    let deadline: ContinuousClock.Instant
    /// The missing nodes, by version.
    private let records: [ServiceRecord]

    /// The nodes to retain with a new state; nil if there are none.
    ///
    /// - Parameters:
    ///   - previous: The snapshot before the new state.
    ///   - retained: The nodes that were already retained.
    ///   - state: The new state.
    ///   - current: The records of the new state.
    ///   - gracePeriod: How long nodes are retained after an outage.
    init?(
        after previous: ServiceView.Snapshot, _ retained: RetainedNodes?, _ state: RegistryState,
        _ current: [ServiceRecord], gracePeriod: Duration
    ) {
        let candidates: [ServiceRecord]
        if let retained {
            (staleSince, deadline, candidates) = (retained.staleSince, retained.deadline, retained.records)
        } else {
            // During an outage, the state itself contains the last known nodes.
            guard case .live = state.freshness, gracePeriod > .zero else { return nil }
            if let since = previous.staleSince {
                (staleSince, deadline) = (since, .now + gracePeriod)
            } else {
                guard let since = state.historyStart, since != previous.historyStart, since + gracePeriod > .now else {
                    return nil
                }
                (staleSince, deadline) = (since, since + gracePeriod)
            }
            candidates = previous.records
        }
        let present = Set(current.flatMap(\.nodes).map(\.id))
        records = candidates.compactMap { record in
            var record = record
            record.nodes.removeAll { present.contains($0.id) }
            return record.nodes.isEmpty ? nil : record
        }
        guard !records.isEmpty else { return nil }
    }

    /// The records of a state together with the retained nodes.
    func added(to current: [ServiceRecord]) -> [ServiceRecord] {
        var all = current
        for record in records {
            if let index = all.firstIndex(where: { $0.version == record.version }) {
                all[index].nodes += record.nodes
            } else {
                all.append(record)
            }
        }
        return all
    }

    /// Records without the retained nodes.
    func removed(from all: [ServiceRecord]) -> [ServiceRecord] {
        let ids = Set(records.flatMap(\.nodes).map(\.id))
        return all.compactMap { record in
            var record = record
            record.nodes.removeAll { ids.contains($0.id) }
            return record.nodes.isEmpty ? nil : record
        }
    }
}
