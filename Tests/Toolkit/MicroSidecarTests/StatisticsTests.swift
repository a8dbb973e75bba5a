// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import MicroSidecar

/// `/stats` and `/metadata`.
@Suite(.blocking, .timeLimit(.minutes(1))) struct StatisticsTests {
    @Test func statusesAreCountedByClass() async throws {
        try await SidecarFixture().run {
            $0.servesStatistics = true
        } _: { (sidecar) async throws in
            #expect(try sidecar.send("GET /registry").status == 200)
            #expect(try sidecar.send("GET /registry?service=none").status == 404)
            let json = try #require(try sidecar.send("GET /stats").json as? [String: Any])
            let counters = try #require(json["counters"] as? [[String: Any]])
            func total(_ name: String) -> Int {
                counters.reduce(0) { $0 + (($1["status_codes"] as? [String: Int])?[name] ?? 0) }
            }
            #expect(total("20x") >= 1 && total("40x") == 1)
            #expect((json["memory"] as? String)?.hasSuffix("mb") == true && json["started"] is Int)
        }
    }

    @Test func browsersGetAPage() async throws {
        try await SidecarFixture().run {
            $0.servesStatistics = true
        } _: { (sidecar) async throws in
            _ = try sidecar.send("GET /registry?service=none")
            let page = try sidecar.send("GET /stats", ["Accept: text/html,application/xhtml+xml,*/*;q=0.8"])
            #expect(page.status == 200 && page.contentType?.hasPrefix("text/html") == true)
            #expect(page.body.contains("<th>40x</th>") && page.body.contains("<td>1</td>"), "\(page.body)")
            // As in Go Micro.
            for header in ["Content-Type: application/json", "Accept: application/json"] {
                #expect(try sidecar.send("GET /stats", [header]).json is [String: Any])
            }
        }
    }

    @Test func windowsAreBounded() {
        let statistics = RequestStatistics()
        for second in 0..<1000 { statistics.record(200, at: Date(timeIntervalSince1970: Double(second))) }
        #expect(statistics.document.counters.count == 24 && statistics.document.counters.last?.requests == 5)
    }

    @Test func statisticsAreOffByDefault() async throws {
        try await SidecarFixture().run { (sidecar) async throws in
            #expect(try sidecar.send("GET /stats").status == 404)
            let metadata = try #require(try sidecar.send("GET /metadata").json as? [String: Any])
            #expect((metadata["apps"] as? [Any])?.isEmpty == true && metadata["version"] is String)
            #expect(try sidecar.send("GET /health").status == 404)
        }
    }
}
