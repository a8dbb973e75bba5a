// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Finds a pattern in a stream that comes in pieces (Knuth, Morris, Pratt).
struct PatternScanner {
    private let pattern: [UInt8]
    /// For each length of a match: the length of the longest shorter one that it ends with.
    private let fallback: [Int]
    private var matched = 0

    /// - Parameter pattern: Not empty.
    init(_ pattern: [UInt8]) {
        self.pattern = pattern
        var fallback = [0]
        var length = 0
        for byte in pattern.dropFirst() {
            while length > 0, pattern[length] != byte { length = fallback[length - 1] }
            if pattern[length] == byte { length += 1 }
            fallback.append(length)
        }
        self.fallback = fallback
    }

    /// Goes on through the stream, and stops behind the first match.
    ///
    /// - Returns: How many of these bytes belong to the stream up to the end of the match; nil if there is none yet.
    mutating func scan(_ bytes: some Sequence<UInt8>) -> Int? {
        var count = 0
        for byte in bytes {
            count += 1
            while matched > 0, pattern[matched] != byte { matched = fallback[matched - 1] }
            if pattern[matched] == byte { matched += 1 }
            if matched == pattern.count {
                matched = 0
                return count
            }
        }
        return nil
    }
}
