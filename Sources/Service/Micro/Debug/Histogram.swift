// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Counts durations in buckets of growing width: four for each power of two of microseconds, up to an hour.
struct Histogram: Sendable {
    /// A bucket that is not empty.
    struct Bucket: Codable, Sendable, Equatable {
        /// In seconds; the durations are below it.
        var upTo: Double
        var calls: Int
    }

    private static let bucketsPerPowerOfTwo = 4
    private var counts = [Int](repeating: 0, count: 32 * bucketsPerPowerOfTwo + 1)
    private var total = 0

    /// Adds a duration; one outside of 0…1 h counts as the nearest bound.
    mutating func add(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let microseconds = min(max(seconds, 0), 3600) * 1_000_000 + max(attoseconds, 0) / 1_000_000_000_000
        counts[Self.bucket(of: UInt64(microseconds))] += 1
        total += 1
    }

    /// The upper bound, in seconds, of the bucket that contains a quantile; 0 without durations.
    func quantile(_ fraction: Double) -> Double {
        guard total > 0 else { return 0 }
        let rank = max(1, Int((Double(total) * fraction).rounded(.up)))
        var cumulativeCount = 0
        for (bucket, count) in counts.enumerated() {
            cumulativeCount += count
            if cumulativeCount >= rank { return Double(Self.upperBound(of: bucket)) / 1_000_000 }
        }
        return 0
    }

    /// The buckets that are not empty, from the shortest durations to the longest.
    var buckets: [Bucket] {
        counts.enumerated().filter { $0.element > 0 }.map {
            Bucket(upTo: Double(Self.upperBound(of: $0.offset)) / 1_000_000, calls: $0.element)
        }
    }

    /// Below 4, there is a bucket for each number; above, the power of two and the two bits below the highest bit
    /// determine the bucket.
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
