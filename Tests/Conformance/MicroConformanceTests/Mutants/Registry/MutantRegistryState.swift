// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The state that the clients of a registry mutant share.
final class MutantRegistryState: Sendable {
    private struct State {
        var recordsByNode: [String: ServiceRecord] = [:]
        var moved: [String: ServiceRecord] = [:]
        var ends: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    /// The records of nodes that have moved to another service, by their old service.
    var movedRecords: [String: ServiceRecord] { state.withLock(\.moved) }

    /// Remembers the old records of nodes that move with a registration.
    func noteMoves(by record: ServiceRecord) {
        state.withLock { state in
            for node in record.nodes {
                if let old = state.recordsByNode[node.id], old.name != record.name { state.moved[old.name] = old }
                state.recordsByNode[node.id] = record
            }
        }
    }

    func addWatch(end: @escaping @Sendable () -> Void) { state.withLock { $0.ends.append(end) } }

    /// Ends the watches of all clients.
    func endWatches() {
        let ends = state.withLock { state in
            defer { state.ends = [] }
            return state.ends
        }
        for end in ends { end() }
    }
}
