// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Metrics in the text format of Prometheus
/// ([documentation](https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format)).
public enum PrometheusText {
    /// The media type.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The text of metrics. `rpc.server.call.duration` in seconds becomes `rpc_server_call_duration_seconds`.
    public static func text(of metrics: [MetricSnapshot]) -> String {
        var lines: [String] = []
        var lastName: String?
        for metric in metrics {
            let (name, type) = nameAndType(of: metric)
            if name != lastName { lines.append("# TYPE \(name) \(type)") }
            lastName = name
            let labels = metric.dimensions.map { "\(identifier($0.name))=\"\(escaped($0.value))\"" }
            switch metric.value {
            case .counter(let value), .gauge(let value): lines.append("\(name)\(braces(labels)) \(value)")
            case .histogram(let histogram):
                var total = 0
                for (bound, count) in zip(MetricSnapshot.Histogram.bounds.map { "\($0)" } + ["+Inf"], histogram.counts)
                {
                    total += count
                    lines.append("\(name)_bucket\(braces(labels + ["le=\"\(bound)\""])) \(total)")
                }
                lines.append("\(name)_sum\(braces(labels)) \(histogram.sum)")
                lines.append("\(name)_count\(braces(labels)) \(total)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func nameAndType(of metric: MetricSnapshot) -> (name: String, type: String) {
        let name = identifier(metric.name) + (metric.unit == "s" ? "_seconds" : "")
        switch metric.value {
        case .counter: return (name + "_total", "counter")
        case .gauge: return (name, "gauge")
        case .histogram: return (name, "histogram")
        }
    }

    private static func braces(_ labels: [String]) -> String {
        labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
    }

    private static func identifier(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
