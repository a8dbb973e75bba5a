// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The counters of a server in the text format of Prometheus
/// ([documentation](https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format)).
final class EdgeMetrics: Sendable {
    private struct State {
        var responses: [Int: Int] = [:]
        var buckets = [Int](repeating: 0, count: EdgeMetrics.bounds.count + 1)
        var totalSeconds = 0.0
    }

    /// The upper bounds of the histogram of durations, in seconds.
    private static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    private let state = Mutex(State())

    /// Counts a response.
    func record(status: Int, duration: Duration) {
        let seconds = duration / .seconds(1)
        let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        state.withLock {
            $0.responses[status, default: 0] += 1
            $0.buckets[bucket] += 1
            $0.totalSeconds += seconds
        }
    }

    /// The metrics as text.
    ///
    /// - Parameter running: The number of requests that run.
    func text(running: Int) -> String {
        let state = state.withLock(\.self)
        var lines = ["# TYPE micro_http_server_requests_total counter"]
        for (status, count) in state.responses.sorted(by: { $0.key < $1.key }) {
            lines.append("micro_http_server_requests_total{status=\"\(status)\"} \(count)")
        }
        lines += ["# TYPE micro_http_server_active_requests gauge", "micro_http_server_active_requests \(running)"]
        let histogram = "micro_http_server_request_duration_seconds"
        lines.append("# TYPE \(histogram) histogram")
        var total = 0
        for (bound, count) in zip(Self.bounds.map { "\($0)" } + ["+Inf"], state.buckets) {
            total += count
            lines.append("\(histogram)_bucket{le=\"\(bound)\"} \(total)")
        }
        lines += ["\(histogram)_sum \(state.totalSeconds)", "\(histogram)_count \(total)"]
        return lines.joined(separator: "\n") + "\n"
    }
}
