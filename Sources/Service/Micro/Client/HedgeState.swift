// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The nodes that the attempts of a hedged call have tried, so that each attempt uses another node.
final class HedgeState: Sendable {
    private let state = Mutex((startedAttempts: 0, nodes: Set<String>()))

    /// Whether the second attempt has started.
    var hasSecondAttempt: Bool { state.withLock { $0.startedAttempts > 1 } }

    /// The IDs of the nodes that were tried.
    var nodes: Set<String> { state.withLock(\.nodes) }

    /// Records the start of an attempt.
    func begin() { state.withLock { $0.startedAttempts += 1 } }

    /// Records that an attempt uses a node.
    func recordNode(_ id: String) { state.withLock { _ = $0.nodes.insert(id) } }
}
