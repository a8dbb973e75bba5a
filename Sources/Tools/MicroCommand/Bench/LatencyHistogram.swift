// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Counts latencies from 0 to 1 h in buckets of at most 1 ns or 0.8 % of the latency, whichever is larger.
struct LatencyHistogram: Sendable {
    /// Below this number of nanoseconds each value has a bucket; above it, each power of two has half as many.
    private static let linear = 256

    private var counts: [Int] = []
    private(set) var count = 0
    private(set) var max = Duration.zero
    private var sum = Duration.zero

    /// Adds a latency; one outside of 0…1 h counts as the nearest bound.
    mutating func add(_ latency: Duration) {
        let latency = Swift.min(Swift.max(.zero, latency), .seconds(3_600))
        let (seconds, attoseconds) = latency.components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        let bucket = Self.bucket(of: nanoseconds)
        if bucket >= counts.count { counts += [Int](repeating: 0, count: bucket + 1 - counts.count) }
        counts[bucket] += 1
        count += 1
        sum += latency
        if latency > max { max = latency }
    }

    /// Adds all latencies of another histogram.
    mutating func merge(_ other: LatencyHistogram) {
        if other.counts.count > counts.count {
            counts += [Int](repeating: 0, count: other.counts.count - counts.count)
        }
        for (bucket, number) in other.counts.enumerated() { counts[bucket] += number }
        count += other.count
        sum += other.sum
        max = Swift.max(max, other.max)
    }

    /// The mean; zero without latencies.
    var mean: Duration { count > 0 ? sum / count : .zero }

    /// The middle of the bucket that contains a quantile; zero without latencies.
    func quantile(_ fraction: Double) -> Duration {
        guard count > 0 else { return .zero }
        let rank = Swift.min(count, Swift.max(1, Int((Double(count) * fraction).rounded(.up))))
        var cumulative = 0
        for (bucket, number) in counts.enumerated() {
            cumulative += number
            if cumulative >= rank { return Swift.min(max, .nanoseconds(Self.middle(of: bucket))) }
        }
        return max
    }

    /// The approximate number of latencies below a bound: those in buckets whose middle is below it.
    func count(below bound: Duration) -> Int {
        counts.enumerated().reduce(0) { total, element in
            .nanoseconds(Self.middle(of: element.offset)) < bound ? total + element.element : total
        }
    }

    private static func bucket(of value: Int) -> Int {
        guard value >= linear else { return value }
        let shift = Int.bitWidth - value.leadingZeroBitCount - 8
        return shift * (linear / 2) + (value >> shift)
    }

    private static func middle(of bucket: Int) -> Int {
        guard bucket >= linear else { return bucket }
        let half = linear / 2
        let shift = bucket / half - 1
        return ((bucket % half + half) << shift) + (1 << shift) / 2
    }
}
