// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import TestServers
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

/// The output of successful runs.
@Suite(.startsServers, .timeLimit(.minutes(2))) struct ReportTests {
    private struct Report: Decodable {
        struct Case: Decodable {
            let id: String
            let tier: String
            let outcome: String
            let seconds: Double
            let detail: String
        }

        struct Version: Decodable {
            let name: String
        }

        let adapter: Version
        let backend: Version
        let cases: [Case]
        let summary: [String: Int]
    }

    @Test func tableListsEveryCase() async throws {
        let result = try await MicroTool.conformance("--registry", "memory")
        #expect(result.status == 0, "\(result.text)")
        let rows = result.text.split(separator: "\n").map { $0.prefix { $0 != " " } }
        #expect(rows.prefix(RegistryCase.all.count).map(String.init) == RegistryCase.all.map(\.id))
        #expect(result.text.contains(" 0 failed"))
        #expect(!result.text.contains("\u{1B}"), "progress is only shown on terminals")
    }

    @Test func jsonSummaryMatchesCases() async throws {
        let result = try await MicroTool.conformance("--registry", "memory", "--tiers", "C,K", "--format", "json")
        #expect(result.status == 0, "\(result.text)")
        let report = try JSONDecoder().decode(Report.self, from: Data(result.text.utf8))
        #expect(report.adapter.name == "MemoryRegistry")
        #expect(report.backend.name == "memory")
        #expect(report.cases.map(\.id) == RegistryCase.all.filter { [.core, .capability].contains($0.tier) }.map(\.id))
        let outcomes = ["passed", "failed", "notClaimed", "notRunnable", "knownFailing", "unexpectedPass"]
        #expect(Set(report.summary.keys) == Set(outcomes))
        for outcome in outcomes {
            #expect(report.summary[outcome] == report.cases.count { $0.outcome == outcome }, "\(outcome)")
        }
    }

    @Test func junitReportIsWellFormed() async throws {
        let file = try TemporaryFile("previous content of the file, which must be removed")
        let result = try await MicroTool.conformance(
            "--registry", "memory", "--run", "R0?", "--format", "junit", "--output", file.path)
        #expect(result.status == 0)
        #expect(result.text.isEmpty, "the report is only written to the file: \(result.text)")
        let counter = ElementCounter()
        let parser = XMLParser(data: file.data)
        parser.delegate = counter
        #expect(parser.parse(), "\(String(decoding: file.data, as: UTF8.self))")
        #expect(counter.counts["testsuite"] == 1)
        #expect(counter.counts["testcase"] == RegistryCase.all.count { $0.id.hasPrefix("R0") })
    }

    @Test func onlySelectedCasesRun() async throws {
        let result = try await MicroTool.conformance("--registry", "memory", "--run", "R0?", "--tiers", "c")
        #expect(result.status == 0)
        let core = RegistryCase.all.filter { $0.id.hasPrefix("R0") && $0.tier == .core }
        #expect(result.text.contains("\n\(core.count) passed, 0 failed, 0 notClaimed,"), "\(result.text)")
        #expect(!result.text.contains("R02"), "R02 has another tier: \(result.text)")
    }

    @Test func closedStandardOutputIsReported() async throws {
        let command = #"$0 conformance registry --registry memory --run R01 | true; exit ${PIPESTATUS[0]}"#
        let result = try await MicroTool.run("/bin/bash", ["-c", command, MicroTool.path])
        #expect(result.status == 1)
        #expect(result.text.contains("cannot write the report to the standard output"), "\(result.text)")
    }

    #if os(Linux)
    @Test(.enabled(if: Machine.path(of: "script") != nil, "needs script(1), which provides a terminal"))
    func progressIsShownOnTerminal() async throws {
        let script = try #require(Machine.path(of: "script"))
        let command = "'\(MicroTool.path)' conformance registry --registry memory --run R01,R02"
        let result = try await MicroTool.run(script, ["-qec", command, "/dev/null"])
        #expect(result.status == 0)
        #expect(result.text.contains("\r\u{1B}[K[1/2] R01 "), "\(result.text)")
        #expect(
            result.text.contains("\r\u{1B}[KR01  "), "the progress line is erased before the report: \(result.text)")
    }
    #endif
}

private final class ElementCounter: NSObject, XMLParserDelegate {
    private(set) var counts: [String: Int] = [:]

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) { counts[name, default: 0] += 1 }
}
