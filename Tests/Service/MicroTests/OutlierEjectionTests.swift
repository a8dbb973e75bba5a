// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestServers
import Testing

@testable import Micro

/// How long nodes that fail are left alone.
@Suite struct OutlierEjectionTests {
    private let start = ContinuousClock.now
    private let node = "svc-a"
    private var ejection = OutlierEjection()

    /// Whether the node is left alone, asked at one time after the other.
    private mutating func isEjected(after times: [Duration]) -> [Bool] {
        times.map { ejection.contains(node, at: start + $0) }
    }

    @Test mutating func failureEjectsNodeBriefly() {
        let before = isEjected(after: [.zero])
        ejection.add(node, at: start)
        let after = isEjected(after: [.zero, .milliseconds(49), .milliseconds(501)])
        #expect(before == [false] && after == [true, true, false])
        let isOtherEjected = ejection.contains("svc-b", at: start)
        #expect(!isOtherEjected)
    }

    @Test mutating func onlyOneCallerProbesEjectedNode() {
        ejection.add(node, at: start)
        // The last one finds that whoever tried it has not come back.
        let found = isEjected(after: [.milliseconds(501), .milliseconds(501), .milliseconds(1502)])
        #expect(found == [false, true, false])
    }

    @Test mutating func ejectionGrowsWithEachFailure() {
        for _ in 0..<8 { ejection.add(node, at: start) }
        let long = isEjected(after: [.milliseconds(2900), .seconds(31)])
        #expect(long == [true, false])
        ejection.remove(node)
        ejection.add(node, at: start)
        let short = isEjected(after: [.milliseconds(501)])
        #expect(short == [false], "as if it had never failed before")
    }

    @Test mutating func removedNodesAreForgotten() {
        ejection.add(node, at: start)
        ejection.retainNodes([record("svc", node: "a")])
        #expect(!ejection.isEmpty)
        ejection.retainNodes([])
        #expect(ejection.isEmpty)
    }
}
