// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import Foundation
import Testing

@testable import DeployMetrics

@Suite struct MetricsFormatTests {
    private func store() -> MetricsStore {
        let store = MetricsStore()
        for name in ["a\"b\\c\nd", "e"] {
            store.makeCounter(label: "jobs.done", dimensions: [("job.name", name)]).increment(by: 2)
        }
        store.makeCounter(label: "jobs.done", dimensions: [("job.name", "e")]).increment(by: 1)
        store.makeMeter(label: "queue", dimensions: []).set(4.5)
        let timer = store.makeTimer(label: "job.duration", dimensions: [("job.name", "e")])
        for milliseconds in [1, 20, 20_000] as [Int64] { timer.recordNanoseconds(milliseconds * 1_000_000) }
        return store
    }

    @Test func prometheusTextHasTypesLabelsAndCumulativeBuckets() {
        let lines = PrometheusText.text(of: store().snapshot).split(separator: "\n").map(String.init)
        #expect(
            lines.prefix(2) == [
                "# TYPE job_duration_seconds histogram", #"job_duration_seconds_bucket{job_name="e",le="0.005"} 1"#,
            ])
        for line in [
            #"job_duration_seconds_bucket{job_name="e",le="0.025"} 2"#,
            #"job_duration_seconds_bucket{job_name="e",le="+Inf"} 3"#, #"job_duration_seconds_count{job_name="e"} 3"#,
            "# TYPE jobs_done_total counter", #"jobs_done_total{job_name="a\"b\\c\nd"} 2.0"#,
            #"jobs_done_total{job_name="e"} 3.0"#, "# TYPE queue gauge", "queue 4.5",
        ] { #expect(lines.contains(line), "\(line) in \(lines)") }
        #expect(lines.count { $0 == "# TYPE jobs_done_total counter" } == 1)
    }

    @Test func otlpRequestHasTheFieldsOfTheProtocol() throws {
        let store = store()
        let body = try JSONEncoder().encode(OTLPRequest(store.snapshot, since: store.start, service: "greeter"))
        let root = try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
        let resource = try #require((root["resourceMetrics"] as? [[String: Any]])?.first)
        #expect("\(resource["resource"] ?? "")".contains("service.name"))
        let scope = try #require((resource["scopeMetrics"] as? [[String: Any]])?.first)
        let metrics = try #require(scope["metrics"] as? [[String: Any]])
        #expect(metrics.map { $0["name"] as? String } == ["job.duration", "jobs.done", "jobs.done", "queue"])
        let histogram = try #require(metrics[0]["histogram"] as? [String: Any])
        let point = try #require((histogram["dataPoints"] as? [[String: Any]])?.first)
        #expect(metrics[0]["unit"] as? String == "s" && histogram["aggregationTemporality"] as? Int == 2)
        #expect(point["count"] as? String == "3" && point["sum"] as? Double == 20.021)
        let (counts, bounds) = (point["bucketCounts"] as? [String] ?? [], point["explicitBounds"] as? [Double] ?? [])
        #expect(counts.count == bounds.count + 1 && counts.compactMap(Int.init).reduce(0, +) == 3)
        #expect((point["timeUnixNano"] as? String).flatMap(UInt64.init) ?? 0 > 1_700_000_000_000_000_000)
        #expect((metrics[1]["sum"] as? [String: Any])?["isMonotonic"] as? Bool == true)
        #expect(metrics[3]["gauge"] != nil)
    }
}
