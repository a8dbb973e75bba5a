// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Cuts what comes in pieces into lines: a message may begin and end anywhere in a piece.
struct EtcdLineSplitter: Sendable {
    private let maxLineLength: Int
    private var remainder: [UInt8] = []

    /// - Parameter longest: The longest line to accept, in bytes.
    init(maxLineLength: Int) { self.maxLineLength = maxLineLength }

    /// The lines that end in a piece, without their ends and without empty ones; nil when one is too long.
    mutating func take(_ piece: [UInt8]) -> [[UInt8]]? {
        var lines: [[UInt8]] = []
        var start = piece.startIndex
        while let end = piece[start...].firstIndex(of: 0x0A) {
            remainder += piece[start..<end]
            guard remainder.count <= maxLineLength else { return nil }
            if !remainder.isEmpty { lines.append(remainder) }
            remainder = []
            start = end + 1
        }
        remainder += piece[start...]
        return remainder.count <= maxLineLength ? lines : nil
    }

    /// What came after the last line.
    mutating func takeRest() -> [UInt8] {
        defer { remainder = [] }
        return remainder
    }
}
