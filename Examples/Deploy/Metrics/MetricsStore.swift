// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import CoreMetrics
public import Foundation
import Synchronization

/// Keeps the metrics of a process in memory, for ``PrometheusText`` and ``OTLPExporter``. It is a backend of swift-metrics:
///
/// ```swift
/// let metrics = MetricsStore()
/// MetricsSystem.bootstrap(metrics)
/// ```
public final class MetricsStore: MetricsFactory {
    private struct Key: Hashable {
        let label: String
        let dimensions: [String]
    }

    private enum Kind { case counter, gauge, histogram, timer }

    /// The time when the store was created, from which counters count.
    public let start = Date()
    private let series = Mutex<[Key: MetricSeries]>([:])

    /// Creates an empty store.
    public init() {}

    /// All series, sorted by name and dimensions.
    public var snapshot: [MetricSnapshot] {
        series.withLock { Array($0.values) }.map(\.snapshot).sorted {
            ($0.name, $0.dimensions.map(\.value).joined()) < ($1.name, $1.dimensions.map(\.value).joined())
        }
    }

    private func series(_ label: String, _ dimensions: [(String, String)], _ kind: Kind) -> MetricSeries {
        series.withLock { series in
            let key = Key(label: label, dimensions: dimensions.flatMap { [$0.0, $0.1] })
            if let existing = series[key] { return existing }
            let value: MetricSnapshot.Value =
                switch kind {
                case .counter: .counter(0)
                case .gauge: .gauge(0)
                case .histogram, .timer: .histogram(MetricSnapshot.Histogram())
                }
            let added = MetricSeries(
                MetricSnapshot(
                    name: label, unit: kind == .timer ? "s" : "",
                    dimensions: dimensions.map { (name: $0.0, value: $0.1) }, value: value))
            series[key] = added
            return added
        }
    }

    /// See `MetricsFactory`.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter)
    }

    /// See `MetricsFactory`.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge)
    }

    /// See `MetricsFactory`.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        series(label, dimensions, aggregate ? .histogram : .gauge)
    }

    /// See `MetricsFactory`.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .timer)
    }

    /// Does nothing: series stay until the end of the process, so that counters never decrease.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Does nothing: see ``destroyCounter(_:)``.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Does nothing: see ``destroyCounter(_:)``.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Does nothing: see ``destroyCounter(_:)``.
    public func destroyTimer(_ handler: any TimerHandler) {}
}

/// One metric with its dimensions.
private final class MetricSeries: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    private let state: Mutex<MetricSnapshot>

    init(_ snapshot: MetricSnapshot) { state = Mutex(snapshot) }

    var snapshot: MetricSnapshot { state.withLock(\.self) }

    func increment(by amount: Int64) { add(Double(amount)) }
    func increment(by amount: Double) { add(amount) }
    func decrement(by amount: Double) { add(-amount) }
    func set(_ value: Int64) { record(Double(value)) }
    func set(_ value: Double) { record(value) }
    func record(_ value: Int64) { record(Double(value)) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000_000) }

    func reset() { state.withLock { if case .counter = $0.value { $0.value = .counter(0) } } }

    func record(_ value: Double) {
        state.withLock { state in
            if case .histogram(var histogram) = state.value {
                histogram.add(value)
                state.value = .histogram(histogram)
            } else {
                state.value = .gauge(value)
            }
        }
    }

    private func add(_ amount: Double) {
        state.withLock { state in
            switch state.value {
            case .counter(let value): state.value = .counter(value + amount)
            case .gauge(let value): state.value = .gauge(value + amount)
            case .histogram: break
            }
        }
    }
}
