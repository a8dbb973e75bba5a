// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

/// Records the states of a watch. The watch is cancelled when the recorder is released.
package typealias WatchRecorder = SequenceRecorder<RegistryWatch>

extension WatchRecorder {
    convenience init(_ watch: RegistryWatch) { self.init(watch, cancelSource: { watch.cancel() }) }

    /// The states so far.
    var states: [RegistryState] { elements }

    /// The latest records of a service; empty before the first state.
    func records(of name: String = "svc") -> [ServiceRecord] { last?[name] ?? [] }

    /// The latest nodes of all versions of a service.
    func nodes(of name: String = "svc") -> [Node] { records(of: name).flatMap(\.nodes) }

    /// Whether the latest state is live.
    var isLive: Bool { last?.isLive ?? false }

    /// Whether the latest state is stale.
    var isStale: Bool { staleCause != nil }

    /// The cause of the latest state if it is stale.
    var staleCause: MicroError? {
        if case .stale(_, let cause) = last?.freshness { cause } else { nil }
    }

    /// The cause of the latest state if it is unknown.
    var unknownCause: MicroError? {
        if case .unknown(let cause) = last?.freshness { cause } else { nil }
    }
}

extension RegistryState {
    /// Whether the state is live.
    var isLive: Bool { if case .live = freshness { true } else { false } }

    /// Whether the state is unknown.
    var isUnknown: Bool { if case .unknown = freshness { true } else { false } }
}
