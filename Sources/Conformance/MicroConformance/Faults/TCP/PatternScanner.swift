// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Finds a pattern in a stream of bytes that arrives in parts (Knuth–Morris–Pratt).
struct PatternScanner {
    private let pattern: [UInt8]
    /// For each length of a match, the length of the longest shorter match that is its suffix.
    private let fallback: [Int]
    private var matched = 0

    /// - Parameter pattern: The pattern; must not be empty.
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

    /// Continues the scan until the end of the first match.
    ///
    /// - Returns: The number of bytes up to the end of the match; nil if there is no match.
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
