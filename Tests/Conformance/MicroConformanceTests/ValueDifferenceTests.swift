// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Testing

@testable import MicroConformance

@Suite struct ValueDifferenceTests {
    private func report<Value>(_ expected: Value, _ found: Value) -> String {
        ValueDifference(expected: expected, found: found).report(of: "the value")
    }

    private let record = ServiceRecord(
        name: "svc", version: "1", metadata: ["owner": "a"],
        nodes: (0..<2).map { Node(id: "n\($0)", address: "10.0.0.1", port: 80, metadata: ["region": "eu"]) })

    @Test func singleValuesAreReportedInOneLine() {
        #expect(report(3, 4) == "the value: expected 3, found 4")
        #expect(report("a\nb", "c") == #"the value: expected "a\nb", found "c""#)
        #expect(report(Int?.none, 4) == "the value: expected nil, found 4")
    }

    @Test func eachDifferentFieldHasALineWithItsPath() {
        var found = record
        found.metadata["owner"] = "b"
        found.nodes[1].port = 81
        found.nodes[1].metadata = [:]
        #expect(
            report([record], [found]) == """
                the value: 3 fields differ
                  [0].metadata["owner"]: expected "a", found "b"
                  [0].nodes[1].port: expected 80, found 81
                  [0].nodes[1].metadata["region"]: missing: "eu"
                """)
    }

    @Test func missingAndUnexpectedElementsAreNamed() {
        #expect(
            report(["a", "b", "c"], ["a", "b"]) == """
                the value: 2 fields differ
                  count: expected 3, found 2
                  [2]: missing: "c"
                """)
        #expect(report(Set([1, 2]), Set([2, 3])).contains("missing: 1\n  unexpected: 3"))
        #expect(report([record], []).contains("count: expected 1, found 0"))
    }

    @Test func longTextsAndBytesShowTheFirstDifference() {
        let text = String(repeating: "x", count: 1000)
        let changed = text.prefix(500) + "y" + text.dropFirst(501)
        #expect(report(text, String(changed)).contains("at character 500"))
        let bytes = ByteBuffer(repeating: 0x41, count: 300)
        #expect(
            report(bytes, ByteBuffer(repeating: 0x41, count: 299))
                == "the value: expected 300 bytes, found 299; at byte 299: expected [41], found []")
    }

    @Test func numberOfLinesIsLimited() {
        let report = report(Array(0..<100), Array(1..<101))
        #expect(report.split(separator: "\n").count == ValueDifference.maxReported + 2)
        #expect(report.hasSuffix("  and \(100 - ValueDifference.maxReported) more"))
    }

    @Test func headersAndMessagesAreCompared() {
        let expected = BrokerMessage(headers: ["k": "v"], text: "body")
        let report = report(expected, BrokerMessage(headers: ["k": "w"], text: "body"))
        #expect(report.contains(#"expected "k: v", found "k: w""#), "\(report)")
    }
}
