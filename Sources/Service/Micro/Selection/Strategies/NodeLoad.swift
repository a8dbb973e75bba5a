// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The load of one node as a shard of a selector sees it: the shard's calls in flight and the durations of recent
/// calls.
///
/// Concurrent updates of the latency may overwrite each other, which loses a sample.
final class NodeLoad: Sendable {
    /// The weight of a new duration.
    private static let smoothingFactor = 0.125
    /// The minimum latency of a rejection, in seconds: rejections are fast, and must not attract more calls.
    private static let minRejectionCost = 0.01
    /// The assumed latency of a node that has not responded yet, in seconds. It directs other calls away until the
    /// first result.
    private static let costWithoutSamples = 1.0

    private let inFlight = Atomic(0)
    /// The exponentially weighted mean of call durations, in seconds, as a bit pattern; NaN before the first call has ended.
    private let latencyBits = Atomic(Double.nan.bitPattern)

    private var latency: Double? {
        let latency = Double(bitPattern: latencyBits.load(ordering: .relaxed))
        return latency.isNaN ? nil : latency
    }

    /// The expected duration of the next call, for comparison only.
    var cost: Double {
        let calls = Double(inFlight.load(ordering: .relaxed))
        guard let latency else { return calls * Self.costWithoutSamples }
        return latency * (calls + 1)
    }

    /// Records the start of a call.
    ///
    /// - Returns: The start time, for ``end(start:_:)``.
    func begin() -> MonotonicTime {
        inFlight.wrappingAdd(1, ordering: .relaxed)
        return .now
    }

    /// Records the end of a call.
    func end(start: MonotonicTime, _ outcome: Selection.Outcome) {
        inFlight.wrappingSubtract(1, ordering: .relaxed)
        let (seconds, attoseconds) = start.elapsed.components
        var sample = Double(seconds) + Double(attoseconds) * 1e-18
        let latency = latency
        switch outcome {
        case .abandoned: return
        case .overloaded, .failed, .timedOut: sample = max(sample, Self.minRejectionCost, 2 * (latency ?? 0))
        case .responded: break
        }
        let mean = latency.map { $0 + (sample - $0) * Self.smoothingFactor } ?? sample
        latencyBits.store(mean.bitPattern, ordering: .relaxed)
    }
}
