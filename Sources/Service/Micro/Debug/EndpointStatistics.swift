// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The number of calls of an endpoint and their durations.
final class EndpointStatistics: Sendable {
    struct Summary: Codable, Sendable, Equatable {
        /// The number of calls that have ended.
        var calls = 0
        /// The number of calls that ended with an error.
        var errors = 0
        /// The number of calls being handled.
        var inFlight = 0
        /// The median duration in seconds, at most 25 % too high; 0 without calls.
        var p50 = 0.0
        /// The 99th percentile of the durations in seconds, at most 25 % too high; 0 without calls.
        var p99 = 0.0
        /// The number of calls by the upper bound of their duration, in ascending order. From two summaries, a caller
        /// can compute the percentiles of the time between them.
        var histogram: [Histogram.Bucket] = []
    }

    private struct State {
        var calls = 0
        var errors = 0
        var inFlight = 0
        var histogram = Histogram()
    }

    private let state = Mutex(State())

    /// Records the start of a call.
    func begin() { state.withLock { $0.inFlight += 1 } }

    /// Records the end of a call.
    func end(after duration: Duration, failed: Bool) {
        state.withLock { state in
            state.inFlight -= 1
            state.calls += 1
            if failed { state.errors += 1 }
            state.histogram.add(duration)
        }
    }

    var summary: Summary {
        state.withLock { state in
            Summary(
                calls: state.calls, errors: state.errors, inFlight: state.inFlight,
                p50: state.histogram.quantile(0.5), p99: state.histogram.quantile(0.99),
                histogram: state.histogram.buckets)
        }
    }
}
