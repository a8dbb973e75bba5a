// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HashTreeCollections

/// A snapshot of a watch: the services in its scope, and how fresh the data is.
///
/// It is a value backed by a persistent map: the cost of a new state depends on the number of changes, not on the
/// number of services.
public struct RegistryState: Sendable {
    /// The freshness of a state.
    public enum Freshness: Sendable {
        /// The state matches the backend.
        case live
        /// The state was read earlier; the backend has not been readable since the given instant, for the given reason.
        case stale(since: ContinuousClock.Instant, cause: MicroError)
        /// The backend could not be read yet, for the given reason. It does not mean that no services exist.
        case unknown(cause: MicroError)
    }

    private var records: TreeDictionary<String, [ServiceRecord]>

    /// The freshness of the state.
    public var freshness: Freshness

    /// When the history of states was last interrupted, so that differences may not be changes: by an outage that no
    /// stale state has reported, or because the backend lost its data. Nil if no interruption is known.
    ///
    /// Services that are missing since then may still run: a backend that lost its data is empty until the next
    /// heartbeats. ``isEquivalent(to:)`` ignores it.
    public var historyStart: ContinuousClock.Instant?

    /// Creates a state.
    ///
    /// - Parameters:
    ///   - services: The records of any number of services, one for each version.
    ///   - freshness: The freshness of the records.
    public init(_ services: some Sequence<ServiceRecord> = [], freshness: Freshness = .live) {
        self.records = [:]
        self.freshness = freshness
        for record in services { records[record.name, default: []].append(record) }
    }

    /// The records of one service, one for each version; empty if it has no nodes. Setting it to empty removes the
    /// service.
    public subscript(name: String) -> [ServiceRecord] {
        get { records[name] ?? [] }
        set { records[name] = newValue.isEmpty ? nil : newValue }
    }

    /// The names of the services that have a node, in no particular order.
    public var names: some Collection<String> { records.keys }

    /// Whether two states have the same services and freshness. Causes are compared by their code. Services that share
    /// storage are not compared.
    public func isEquivalent(to other: RegistryState) -> Bool {
        switch (freshness, other.freshness) {
        case (.live, .live): break
        case (.stale(_, let cause), .stale(_, let otherCause)) where cause.code == otherCause.code: break
        case (.unknown(let cause), .unknown(let otherCause)) where cause.code == otherCause.code: break
        default: return false
        }
        return records == other.records
    }

    /// The same services after a failure to read the backend: `stale` since the first failure, or `unknown` if they were
    /// never read.
    public func failing(with cause: MicroError, at now: ContinuousClock.Instant = .now) -> RegistryState {
        var state = self
        switch freshness {
        case .live: state.freshness = .stale(since: now, cause: cause)
        case .stale(let since, _): state.freshness = .stale(since: since, cause: cause)
        case .unknown: state.freshness = .unknown(cause: cause)
        }
        return state
    }
}
