// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HashTreeCollections

/// What a watch knows at one moment: the services in its scope, and how fresh that knowledge is.
///
/// It is a value on a persistent map: a step of a watch costs what changed, not what is stored.
public struct RegistryState: Sendable {
    /// How fresh a state is.
    public enum Freshness: Sendable {
        /// As the backend has it.
        case live
        /// The last that was read; the backend cannot be read since the given instant, for the given reason.
        case stale(since: ContinuousClock.Instant, cause: MicroError)
        /// Nothing has been read yet, for the given reason. It does not mean that there is nothing.
        case unknown(cause: MicroError)
    }

    private var records: TreeDictionary<String, [ServiceRecord]>

    /// How fresh the state is.
    public var freshness: Freshness

    /// Creates a state.
    ///
    /// - Parameters:
    ///   - services: The records, of any number of services, each version once.
    ///   - freshness: How fresh they are.
    public init(_ services: some Sequence<ServiceRecord> = [], freshness: Freshness = .live) {
        self.records = [:]
        self.freshness = freshness
        for record in services { records[record.name, default: []].append(record) }
    }

    /// The records of one service, one for each version; empty when there is none. Setting it to empty removes the
    /// name.
    public subscript(name: String) -> [ServiceRecord] {
        get { records[name] ?? [] }
        set { records[name] = newValue.isEmpty ? nil : newValue }
    }

    /// The names of the services that have a node, in no order.
    public var names: some Collection<String> { records.keys }

    /// Whether both say the same: services that share their storage are not compared again, and causes are compared by
    /// code.
    public func isEquivalent(to other: RegistryState) -> Bool {
        switch (freshness, other.freshness) {
        case (.live, .live): break
        case (.stale(_, let cause), .stale(_, let otherCause)) where cause.code == otherCause.code: break
        case (.unknown(let cause), .unknown(let otherCause)) where cause.code == otherCause.code: break
        default: return false
        }
        return records == other.records
    }

    /// The same services, marked as not readable any more: `stale` since the first failure, or `unknown` if they never
    /// were read.
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
