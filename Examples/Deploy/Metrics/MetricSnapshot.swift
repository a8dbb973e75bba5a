// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The value of a metric at one time.
public struct MetricSnapshot: Sendable {
    /// The kinds of metrics, as in Prometheus and OpenTelemetry.
    public enum Value: Sendable {
        /// A sum that only increases.
        case counter(Double)
        /// The last value.
        case gauge(Double)
        /// The distribution of all values.
        case histogram(Histogram)
    }

    /// Counts of values by size.
    public struct Histogram: Sendable {
        /// The upper bounds of all buckets but the last one: those that OpenTelemetry advises for durations of calls.
        public static let bounds = [
            0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
        ]

        /// The number of values in each bucket.
        public private(set) var counts = [Int](repeating: 0, count: Histogram.bounds.count + 1)
        /// The sum of all values.
        public private(set) var sum = 0.0

        /// The number of values.
        public var count: Int { counts.reduce(0, +) }

        mutating func add(_ value: Double) {
            counts[Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count] += 1
            sum += value
        }
    }

    /// The name, such as `rpc.server.call.duration`.
    public let name: String
    /// The unit, such as `s`; empty for a number.
    public let unit: String
    /// The dimensions, such as `rpc.method`.
    public let dimensions: [(name: String, value: String)]
    /// The value.
    public internal(set) var value: Value
}
