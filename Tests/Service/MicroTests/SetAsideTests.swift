// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestServers
import Testing

@testable import Micro

/// How long nodes that fail are left alone.
@Suite struct SetAsideTests {
    private let start = ContinuousClock.now
    private let node = "svc-a"
    private var aside = SetAside()

    /// Whether the node is left alone, asked at one time after the other.
    private mutating func isLeftAlone(after times: [Duration]) -> [Bool] {
        times.map { aside.contains(node, at: start + $0) }
    }

    @Test mutating func afterAFailureForAMoment() {
        let before = isLeftAlone(after: [.zero])
        aside.add(node, at: start)
        let after = isLeftAlone(after: [.zero, .milliseconds(49), .milliseconds(501)])
        #expect(before == [false] && after == [true, true, false])
        let isOtherLeftAlone = aside.contains("svc-b", at: start)
        #expect(!isOtherLeftAlone)
    }

    @Test mutating func byTheOthersWhileOneTriesIt() {
        aside.add(node, at: start)
        // The last one finds that whoever tried it has not come back.
        let found = isLeftAlone(after: [.milliseconds(501), .milliseconds(501), .milliseconds(1502)])
        #expect(found == [false, true, false])
    }

    @Test mutating func forLongerWithEveryFailure() {
        for _ in 0..<8 { aside.add(node, at: start) }
        let long = isLeftAlone(after: [.milliseconds(2900), .seconds(31)])
        #expect(long == [true, false])
        aside.remove(node)
        aside.add(node, at: start)
        let short = isLeftAlone(after: [.milliseconds(501)])
        #expect(short == [false], "as if it had never failed before")
    }

    @Test mutating func untilItIsGone() {
        aside.add(node, at: start)
        aside.keep([record("svc", node: "a")])
        #expect(!aside.isEmpty)
        aside.keep([])
        #expect(aside.isEmpty)
    }
}
