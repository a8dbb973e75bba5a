// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A client's knowledge of the load of one node: its own calls in flight and the durations of the last ones.
final class NodeLoad: Sendable {
    private struct State {
        var inFlight = 0
        /// The exponentially weighted mean of call durations, in seconds; nil before the first call has ended.
        var latency: Double?
    }

    /// The weight of a new duration.
    private static let smoothingFactor = 0.125
    /// The minimum latency of a rejection, in seconds: a node that rejects calls is fast, and must not attract more.
    private static let minRejectionCost = 0.01
    /// The latency of a node without a response yet, in seconds. It makes other calls wait for the result of the first one.
    private static let costWithoutSamples = 1.0

    private let state = Mutex(State())

    /// The expected duration of the next call, for comparison only.
    var cost: Double {
        state.withLock { state in
            guard let latency = state.latency else { return Double(state.inFlight) * Self.costWithoutSamples }
            return latency * Double(state.inFlight + 1)
        }
    }

    /// Records the start of a call.
    func begin() { state.withLock { $0.inFlight += 1 } }

    /// Records the end of a call.
    func end(after duration: Duration, _ outcome: Selection.Outcome) {
        var sample = duration / .seconds(1)
        state.withLock { state in
            state.inFlight -= 1
            switch outcome {
            case .abandoned: return
            case .overloaded, .failed: sample = max(sample, Self.minRejectionCost, 2 * (state.latency ?? 0))
            case .responded: break
            }
            state.latency = state.latency.map { $0 + (sample - $0) * Self.smoothingFactor } ?? sample
        }
    }
}
