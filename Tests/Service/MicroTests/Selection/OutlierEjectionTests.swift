// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestServers
import Testing

@testable import Micro

/// The duration of the ejection of failing nodes.
@Suite struct OutlierEjectionTests {
    private let start = ContinuousClock.now
    private let node = "svc-a"
    private var ejection = OutlierEjection()

    /// Whether the node is ejected at each of these times. It is selected whenever it is not.
    private mutating func isEjected(after times: [Duration]) -> [Bool] {
        times.map { time in
            let isEjected = ejection.isEjected(node, at: start + time)
            if !isEjected { ejection.recordSelection(of: node, at: start + time) }
            return isEjected
        }
    }

    @Test mutating func failureEjectsNodeBriefly() {
        let before = isEjected(after: [.zero])
        ejection.recordFailure(of: node, at: start)
        let after = isEjected(after: [.zero, .milliseconds(49), .milliseconds(501)])
        #expect(before == [false] && after == [true, true, false])
        let isOtherEjected = ejection.isEjected("svc-b", at: start)
        #expect(!isOtherEjected)
    }

    @Test mutating func onlyOneCallerProbesEjectedNode() {
        ejection.recordFailure(of: node, at: start)
        // The third call is a second probe, because the result of the first one is not known.
        let found = isEjected(after: [.milliseconds(501), .milliseconds(501), .milliseconds(1502)])
        #expect(found == [false, true, false])
    }

    @Test mutating func ejectionGrowsWithEachFailure() {
        for _ in 0..<8 { ejection.recordFailure(of: node, at: start) }
        let long = isEjected(after: [.milliseconds(2900), .seconds(31)])
        #expect(long == [true, false])
        ejection.recordSuccess(of: node)
        ejection.recordFailure(of: node, at: start)
        let short = isEjected(after: [.milliseconds(501)])
        #expect(short == [false], "a success resets the backoff")
    }

    @Test mutating func secondTimeoutInARowEjectsNode() {
        ejection.recordTimeout(of: node, at: start)
        ejection.recordSuccess(of: node)
        ejection.recordTimeout(of: node, at: start)
        let afterOne = isEjected(after: [.zero])
        ejection.recordTimeout(of: node, at: start)
        let afterTwo = isEjected(after: [.zero, .milliseconds(501)])
        #expect(afterOne == [false] && afterTwo == [true, false])
    }

    /// Calls that were made before the ejection time out after it.
    @Test mutating func timeoutsOfEarlierCallsDoNotProlongEjection() {
        for _ in 0..<20 { ejection.recordTimeout(of: node, at: start) }
        let probed = isEjected(after: [.milliseconds(501)])
        ejection.recordTimeout(of: node, at: start + .milliseconds(600))
        // The second ejection lasts for 100 ms to 1 s.
        let again = isEjected(after: [.milliseconds(699), .milliseconds(1601)])
        #expect(probed == [false] && again == [true, false])
    }

    @Test mutating func removedNodesAreForgotten() {
        ejection.recordFailure(of: node, at: start)
        ejection.retainNodes([record("svc", node: "a")])
        #expect(!ejection.isEmpty)
        ejection.retainNodes([])
        #expect(ejection.isEmpty)
    }
}
