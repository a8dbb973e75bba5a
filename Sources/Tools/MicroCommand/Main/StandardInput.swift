// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The standard input.
enum StandardInput {
    static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// Reads to the end.
    ///
    /// - Throws: ``CommandError`` beyond the maximum size; `CancellationError`.
    static func readAll(maxSize: Int) async throws -> [UInt8] {
        if isTerminal { Console.standard.message("reading the terminal; Ctrl-D at the start of a line ends the input") }
        var bytes: [UInt8] = []
        while true {
            let chunk = try await InputReader.next()
            guard !chunk.isEmpty else { return bytes }
            bytes += chunk
            guard bytes.count <= maxSize else {
                throw CommandError("the standard input is larger than \(maxSize) bytes")
            }
        }
    }

    /// The lines, without their line feeds.
    static var lines: InputLines { InputLines() }
}

/// The lines of the standard input. A line is read when it is asked for, so that a fast writer is slowed down.
struct InputLines: AsyncSequence {
    typealias Element = [UInt8]
    typealias Failure = any Error

    /// The maximum length of a line in bytes.
    fileprivate static let maxLength = 16 * 1024 * 1024

    func makeAsyncIterator() -> Iterator { Iterator() }

    /// Reads lines.
    struct Iterator: AsyncIteratorProtocol {
        private var rest: [UInt8] = []
        private var hasEnded = false

        fileprivate init() {}

        /// The next line; nil at the end of the input.
        ///
        /// - Throws: ``CommandError`` for a line that is too long; `CancellationError`.
        mutating func next(isolation actor: isolated (any Actor)? = #isolation) async throws -> [UInt8]? {
            var searched = 0
            while true {
                if let end = rest[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                    defer { rest.removeFirst(end + 1) }
                    return Array(rest[..<end])
                }
                searched = rest.count
                guard searched <= InputLines.maxLength else {
                    throw CommandError("a line of the standard input is too long")
                }
                let chunk = hasEnded ? [] : try await InputReader.next()
                guard chunk.isEmpty else {
                    rest += chunk
                    continue
                }
                hasEnded = true
                defer { rest = [] }
                return rest.isEmpty ? nil : rest
            }
        }
    }
}
