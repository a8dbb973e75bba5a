// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOHTTP1
import Synchronization

/// Decides which faults affect a request.
final class HTTPFaultPlanner: Sendable {
    /// How a request is handled.
    enum Plan {
        /// Responds with a fault.
        case respond(HTTPFault.Kind)
        /// Forwards the request, and modifies the response.
        case forward([HTTPFault.Kind])
    }

    private struct State {
        var faults: [HTTPFault] = []
        /// The number of requests that each fault has affected.
        var matchCounts: [Int] = []

        /// The indices of the faults that match.
        func matching(_ path: String) -> [Int] {
            faults.indices.filter {
                path.hasPrefix(faults[$0].path) && matchCounts[$0] < faults[$0].maxRequests ?? .max
            }
        }
    }

    private let state = Mutex(State())

    /// The faults. Setting them resets their counts.
    var faults: [HTTPFault] {
        get { state.withLock { $0.faults } }
        set { state.withLock { $0 = State(faults: newValue, matchCounts: newValue.map { _ in 0 }) } }
    }

    /// Determines the faults for a request, and counts the request for each of them.
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
    /// Whether the fault replaces the response of the server.
    var replacesResponse: Bool {
        switch self {
        case .status, .html, .endlessChunks, .redirectLoop: true
        case .corruptJSON, .unknownFields, .contentLength, .header: false
        }
    }

    /// Whether the fault must read the body. If so, the body must not be compressed.
    var readsBody: Bool {
        switch self {
        case .corruptJSON, .unknownFields: true
        case .status, .html, .endlessChunks, .redirectLoop, .contentLength, .header: false
        }
    }
}
