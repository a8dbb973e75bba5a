// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Counts the calls of an endpoint and how long they took.
final class EndpointStatistics: Sendable {
    struct Summary: Codable, Sendable, Equatable {
        /// Calls that have ended, and those of them that ended by an error.
        var calls = 0
        var errors = 0
        /// Calls that are being answered.
        var inFlight = 0
        /// How long half of the calls took at most, and 99 of 100, in seconds; up to a quarter too high. 0 without calls.
        var p50 = 0.0
        var p99 = 0.0
    }

    private struct Content {
        var calls = 0
        var errors = 0
        var inFlight = 0
        var histogram = Histogram()
    }

    private let content = Mutex(Content())

    func begin() { content.withLock { $0.inFlight += 1 } }

    func end(after time: Duration, failed: Bool) {
        content.withLock { content in
            content.inFlight -= 1
            content.calls += 1
            if failed { content.errors += 1 }
            content.histogram.add(time)
        }
    }

    var summary: Summary {
        content.withLock { content in
            Summary(
                calls: content.calls, errors: content.errors, inFlight: content.inFlight,
                p50: content.histogram.quantile(0.5), p99: content.histogram.quantile(0.99))
        }
    }
}

/// Durations in buckets that grow with what they hold: four for each power of two of microseconds, up to an hour.
struct Histogram: Sendable {
    private static let bucketsPerPowerOfTwo = 4
    private var counts = [Int](repeating: 0, count: 32 * bucketsPerPowerOfTwo + 1)
    private var total = 0

    mutating func add(_ time: Duration) {
        let (seconds, attoseconds) = time.components
        let microseconds = min(max(seconds, 0), 3600) * 1_000_000 + max(attoseconds, 0) / 1_000_000_000_000
        counts[Self.bucket(of: UInt64(microseconds))] += 1
        total += 1
    }

    /// The upper end, in seconds, of the bucket with the duration that a part of all stay below; 0 when there are none.
    func quantile(_ fraction: Double) -> Double {
        guard total > 0 else { return 0 }
        let rank = max(1, Int((Double(total) * fraction).rounded(.up)))
        var seen = 0
        for (bucket, count) in counts.enumerated() {
            seen += count
            if seen >= rank { return Double(Self.upperBound(of: bucket)) / 1_000_000 }
        }
        return 0
    }

    /// Below 4 one bucket for each number; from there on the power of two and the two bits behind its highest one.
    private static func bucket(of value: UInt64) -> Int {
        guard value >= UInt64(bucketsPerPowerOfTwo) else { return Int(value) }
        let power = 63 - value.leadingZeroBitCount
        let step = Int((value >> UInt64(power - 2)) & 3)
        return (power - 1) * bucketsPerPowerOfTwo + step
    }

    private static func upperBound(of bucket: Int) -> UInt64 {
        guard bucket >= bucketsPerPowerOfTwo else { return UInt64(bucket) + 1 }
        let (power, step) = (bucket / bucketsPerPowerOfTwo + 1, bucket % bucketsPerPowerOfTwo)
        return UInt64(bucketsPerPowerOfTwo + step + 1) << UInt64(power - 2)
    }
}
