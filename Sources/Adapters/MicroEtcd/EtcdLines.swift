// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Cuts what comes in pieces into lines: a message may begin and end anywhere in a piece.
struct EtcdLines: Sendable {
    private let longest: Int
    private var rest: [UInt8] = []

    /// - Parameter longest: The longest line to accept, in bytes.
    init(longest: Int) { self.longest = longest }

    /// The lines that end in a piece, without their ends and without empty ones; nil when one is too long.
    mutating func take(_ piece: [UInt8]) -> [[UInt8]]? {
        var lines: [[UInt8]] = []
        var start = piece.startIndex
        while let end = piece[start...].firstIndex(of: 0x0A) {
            rest += piece[start..<end]
            guard rest.count <= longest else { return nil }
            if !rest.isEmpty { lines.append(rest) }
            rest = []
            start = end + 1
        }
        rest += piece[start...]
        return rest.count <= longest ? lines : nil
    }

    /// What came after the last line.
    mutating func takeRest() -> [UInt8] {
        defer { rest = [] }
        return rest
    }
}
