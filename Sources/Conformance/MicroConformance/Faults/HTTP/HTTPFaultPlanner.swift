// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOHTTP1
import Synchronization

/// Decides which faults a request meets.
final class HTTPFaultPlanner: Sendable {
    /// What is done with a request.
    enum Plan {
        /// It is answered by a fault.
        case respond(HTTPFault.Kind)
        /// It is forwarded, and the answer changed.
        case forward([HTTPFault.Kind])
    }

    private struct State {
        var faults: [HTTPFault] = []
        /// How many requests each has met.
        var matchCounts: [Int] = []

        /// The places of the faults that match.
        func matching(_ path: String) -> [Int] {
            faults.indices.filter { path.hasPrefix(faults[$0].path) && matchCounts[$0] < faults[$0].first ?? .max }
        }
    }

    private let state = Mutex(State())

    /// Setting them starts their counts again.
    var faults: [HTTPFault] {
        get { state.withLock { $0.faults } }
        set { state.withLock { $0 = State(faults: newValue, matchCounts: newValue.map { _ in 0 }) } }
    }

    /// Decides on a request, and counts it.
    func plan(for path: String) -> Plan {
        state.withLock { state in
            let matching = state.matching(path)
            if let index = matching.first(where: { state.faults[$0].kind.replacesResponse }) {
                state.matchCounts[index] += 1
                return .respond(state.faults[index].kind)
            }
            for index in matching { state.matchCounts[index] += 1 }
            return .forward(matching.map { state.faults[$0].kind })
        }
    }
}

extension HTTPFault.Kind {
    /// Whether it answers in the server's place.
    var replacesResponse: Bool {
        switch self {
        case .status, .html, .endlessChunks, .redirectLoop: true
        case .corruptJSON, .unknownFields, .contentLength, .header: false
        }
    }

    /// Whether it has to read the body: not if it were compressed.
    var readsBody: Bool {
        switch self {
        case .corruptJSON, .unknownFields: true
        case .status, .html, .endlessChunks, .redirectLoop, .contentLength, .header: false
        }
    }
}
