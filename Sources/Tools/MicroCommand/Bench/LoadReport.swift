// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The result of a measurement.
struct LoadReport: Encodable, Sendable {
    private static let percentiles = [50, 75, 90, 95, 99, 99.9]

    /// The number of calls that succeeded.
    let calls: Int
    /// The number of calls that failed, by the code of the error.
    let errors: [String: Int]
    /// The length of the measurement in seconds.
    let seconds: Double
    /// Successful calls per second.
    let callsPerSecond: Double
    /// The requested calls per second; nil for a closed loop.
    let targetRate: Double?
    let concurrency: Int
    /// In seconds: `mean`, `max`, `p50`, `p75`, `p90`, `p95`, `p99`, `p99.9`.
    let latency: [String: Double]
    /// The number of calls up to each latency in seconds and above the one before.
    let histogram: [Bucket]

    /// A bar of the histogram.
    struct Bucket: Encodable, Sendable {
        let upTo: Double
        let calls: Int
    }

    init(plan: LoadPlan, latencies: LatencyHistogram, errors: [String: Int], duration: Duration) {
        calls = latencies.count
        self.errors = errors
        seconds = duration.seconds
        callsPerSecond = Double(latencies.count) / duration.seconds
        targetRate = plan.rate
        concurrency = plan.concurrency
        var values = ["mean": latencies.mean.seconds, "max": latencies.max.seconds]
        for percentile in Self.percentiles {
            values[Self.name(of: percentile)] = latencies.quantile(percentile / 100).seconds
        }
        latency = values
        histogram = Self.buckets(of: latencies)
    }

    private static func name(of percentile: Double) -> String {
        percentile == percentile.rounded() ? "p\(Int(percentile))" : "p\(percentile)"
    }

    /// Bars of a logarithmic scale: ten from the first percentile to the 99.9th, and one for the rest.
    private static func buckets(of latencies: LatencyHistogram) -> [Bucket] {
        let (low, high) = (latencies.quantile(0.01).seconds, latencies.quantile(0.999).seconds)
        guard low > 0, high > low else {
            return latencies.count > 0 ? [Bucket(upTo: latencies.max.seconds, calls: latencies.count)] : []
        }
        var (buckets, counted): ([Bucket], Int) = ([], 0)
        for step in 1...10 {
            let bound = low * pow(high / low, Double(step) / 10)
            let count = latencies.count(below: .seconds(bound))
            buckets.append(Bucket(upTo: bound, calls: count - counted))
            counted = count
        }
        if counted < latencies.count {
            buckets.append(Bucket(upTo: latencies.max.seconds, calls: latencies.count - counted))
        }
        return buckets
    }

    // MARK: Text

    func write(to console: Console) throws {
        let failed = errors.values.reduce(0, +)
        let target = targetRate.map { String(format: " (target %.0f)", $0) } ?? ""
        try console.line(
            StyledText(String(format: "%.0f calls/s", callsPerSecond), .bold)
                + StyledText(target + String(format: ", %d calls in %.1f s, %d at a time", calls, seconds, concurrency))
        )
        if failed > 0 {
            let texts = errors.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
            try console.line(StyledText("\(failed) failed: \(texts.joined(separator: ", "))", .red))
        }
        try console.line()
        for name in Self.percentiles.map(Self.name) + ["max", "mean"] {
            try console.line(
                StyledText(
                    "  \(name.padding(toLength: 6, withPad: " ", startingAt: 0)) "
                        + DurationText.latency(seconds: latency[name] ?? 0)))
        }
        try console.line()
        let most = histogram.map(\.calls).max() ?? 0
        for bucket in histogram {
            let label = DurationText.latency(seconds: bucket.upTo)
            let bar = String(repeating: "█", count: most > 0 ? bucket.calls * 40 / most : 0)
            let padding = String(repeating: " ", count: max(0, 10 - label.count))
            try console.line(StyledText("  ≤\(padding)\(label)  ") + StyledText(bar, .green) + " \(bucket.calls)")
        }
    }
}
