// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import MicroConformance

@Suite struct PatternScannerTests {
    /// In random streams of two letters, split at random positions, the scanner finds the same matches as a plain search.
    @Test func matchesNaiveSearch() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let pattern = (0..<Int.random(in: 1...6)).map { _ in UInt8.random(in: 0...1, using: &random) }
            let stream = (0..<40).map { _ in UInt8.random(in: 0...1, using: &random) }
            let expected = stream.firstRange(of: pattern)?.upperBound
            #expect(firstEnd(of: pattern, in: stream, &random) == expected, "\(pattern) in \(stream)")
        }
    }

    private func firstEnd(
        of pattern: [UInt8], in stream: [UInt8], _ random: inout SystemRandomNumberGenerator
    ) -> Int? {
        var scanner = PatternScanner(pattern)
        var start = 0
        while start < stream.count {
            let end = Int.random(in: start + 1...stream.count, using: &random)
            if let count = scanner.scan(stream[start..<end]) { return start + count }
            start = end
        }
        return nil
    }
}
