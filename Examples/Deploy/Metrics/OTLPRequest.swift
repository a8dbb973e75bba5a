// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The body of a request with metrics to an OpenTelemetry collector: `ExportMetricsServiceRequest` in JSON
/// ([documentation](https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding)).
struct OTLPRequest: Encodable {
    private struct Attribute: Encodable {
        struct Value: Encodable { let stringValue: String }
        let key: String
        let value: Value

        init(_ key: String, _ value: String) { (self.key, self.value) = (key, Value(stringValue: value)) }
    }

    /// A data point of any kind. 64-bit numbers are texts.
    private struct Point: Encodable {
        let attributes: [Attribute]
        let startTimeUnixNano: String
        let timeUnixNano: String
        var asDouble: Double?
        var count: String?
        var sum: Double?
        var bucketCounts: [String]?
        var explicitBounds: [Double]?
    }

    private struct Points: Encodable {
        /// 2: since the start.
        var aggregationTemporality: Int?
        var isMonotonic: Bool?
        var dataPoints: [Point]
    }

    private struct Metric: Encodable {
        let name: String
        let unit: String
        var sum: Points?
        var gauge: Points?
        var histogram: Points?
    }

    private struct ScopeMetrics: Encodable {
        struct Scope: Encodable { let name: String }
        let scope: Scope
        let metrics: [Metric]
    }

    private struct Resource: Encodable { let attributes: [Attribute] }

    private struct ResourceMetrics: Encodable {
        let resource: Resource
        let scopeMetrics: [ScopeMetrics]
    }

    private let resourceMetrics: [ResourceMetrics]

    /// Creates a request.
    ///
    /// - Parameters:
    ///   - start: The time from which counters count.
    ///   - service: The name of the service.
    init(_ metrics: [MetricSnapshot], since start: Date, at now: Date = Date(), service: String) {
        // With milliseconds: a floating-point number has no room for more.
        func nanoseconds(_ date: Date) -> String { "\(UInt64(max(0, date.timeIntervalSince1970) * 1000))000000" }
        let (start, now) = (nanoseconds(start), nanoseconds(now))
        let all = metrics.map { snapshot in
            let attributes = snapshot.dimensions.map { Attribute($0.name, $0.value) }
            var point = Point(attributes: attributes, startTimeUnixNano: start, timeUnixNano: now)
            var metric = Metric(name: snapshot.name, unit: snapshot.unit)
            switch snapshot.value {
            case .counter(let value):
                point.asDouble = value
                metric.sum = Points(aggregationTemporality: 2, isMonotonic: true, dataPoints: [point])
            case .gauge(let value):
                point.asDouble = value
                metric.gauge = Points(dataPoints: [point])
            case .histogram(let histogram):
                (point.count, point.sum) = ("\(histogram.count)", histogram.sum)
                point.bucketCounts = histogram.counts.map { "\($0)" }
                point.explicitBounds = MetricSnapshot.Histogram.bounds
                metric.histogram = Points(aggregationTemporality: 2, dataPoints: [point])
            }
            return metric
        }
        resourceMetrics = [
            ResourceMetrics(
                resource: Resource(attributes: [Attribute("service.name", service)]),
                scopeMetrics: [ScopeMetrics(scope: .init(name: "swift-micro"), metrics: all)])
        ]
    }
}
