// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What a client knows of the load of one node: its own calls that are under way, and how long the last ones took.
final class NodeLoad: Sendable {
    private struct Content {
        var inFlight = 0
        /// The mean of the times of the last calls, in seconds, weighted towards the newest; nil before the first.
        var latency: Double?
    }

    /// The weight of a new time.
    private static let smoothingFactor = 0.125
    /// What a node that refuses costs at least, in seconds: it is quick at that, and must not attract calls.
    private static let minRejectionCost = 0.01
    /// What a node costs that has not answered yet, in seconds: one call is tried, others wait how it does.
    private static let costWithoutSamples = 1.0

    private let content = Mutex(Content())

    /// How long a call may be expected to take; only good for comparing.
    var cost: Double {
        content.withLock { content in
            guard let latency = content.latency else { return Double(content.inFlight) * Self.costWithoutSamples }
            return latency * Double(content.inFlight + 1)
        }
    }

    func begin() { content.withLock { $0.inFlight += 1 } }

    func end(after elapsed: Duration, _ outcome: Selection.Outcome) {
        let (seconds, attoseconds) = elapsed.components
        var sample = Double(seconds) + Double(attoseconds) * 1e-18
        content.withLock { content in
            content.inFlight -= 1
            switch outcome {
            case .abandoned: return
            case .overloaded, .failed: sample = max(sample, Self.minRejectionCost, 2 * (content.latency ?? 0))
            case .responded: break
            }
            content.latency = content.latency.map { $0 + (sample - $0) * Self.smoothingFactor } ?? sample
        }
    }
}
