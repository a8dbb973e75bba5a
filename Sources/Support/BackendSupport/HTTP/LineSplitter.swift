// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Splits a byte stream into lines. A line may begin and end anywhere in a chunk.
package struct LineSplitter: Sendable {
    private let maxLineLength: Int
    private var remainder: [UInt8] = []

    /// Creates a splitter.
    ///
    /// - Parameter maxLineLength: The maximum length of a line, in bytes.
    package init(maxLineLength: Int) { self.maxLineLength = maxLineLength }

    /// Adds a chunk.
    ///
    /// - Returns: The lines that end in this chunk, without line ends and without empty lines; nil if a line is too
    ///   long.
    package mutating func append(_ chunk: [UInt8]) -> [[UInt8]]? {
        var lines: [[UInt8]] = []
        var start = chunk.startIndex
        while let end = chunk[start...].firstIndex(of: 0x0A) {
            remainder += chunk[start..<end]
            guard remainder.count <= maxLineLength else { return nil }
            if !remainder.isEmpty { lines.append(remainder) }
            remainder = []
            start = end + 1
        }
        remainder += chunk[start...]
        return remainder.count <= maxLineLength ? lines : nil
    }

    /// The bytes after the last line end.
    package mutating func takeRest() -> [UInt8] {
        defer { remainder = [] }
        return remainder
    }
}
