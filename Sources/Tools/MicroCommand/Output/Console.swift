// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The output of a command: results on the standard output, messages on the standard error.
struct Console: Sendable {
    /// The reader of the output has closed it, as `head` does. Not a failure.
    struct OutputClosed: Error {}

    /// Whether the standard output is a terminal.
    let isTerminal: Bool
    /// Whether styles are shown: on a terminal, unless `NO_COLOR` is set (https://no-color.org) or the terminal has none.
    let usesColor: Bool

    /// The console of this process.
    static let standard: Console = {
        let environment = ProcessInfo.processInfo.environment
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let hasColors = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
        return Console(isTerminal: isTerminal, usesColor: isTerminal && hasColors)
    }()

    /// The size of the terminal; 80 columns and 24 rows if it is not known.
    var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    // MARK: Results

    /// Writes a line.
    func line(_ text: StyledText = "") throws { try write(text.rendered(usesColor: usesColor).text + "\n") }

    /// Writes the lines of a text.
    func lines(_ text: String) throws {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            // Tabs are kept: they indent.
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map {
                TerminalText.escaped(String($0), maxLength: 1_000_000)
            }
            try write(parts.joined(separator: "\t") + "\n")
        }
    }

    /// Writes a table.
    func table(_ table: Table) throws {
        let lines = table.lines(width: isTerminal ? size.columns : nil, usesColor: usesColor)
        try write(lines.map { $0 + "\n" }.joined())
    }

    /// Writes a value as JSON: indented, with sorted keys.
    func json(_ value: some Encodable) throws { try write(Self.text(of: value, .prettyPrinted) + "\n") }

    /// Writes a value as JSON in one line, for commands whose output does not end.
    func jsonLine(_ value: some Encodable) throws { try write(Self.text(of: value) + "\n") }

    /// Writes JSON that is already encoded.
    func json(text: String) throws { try write(TerminalText.escapedJSON(text) + "\n") }

    /// Writes bytes as they are; on a terminal, unprintable characters are escaped.
    func raw(_ bytes: [UInt8]) throws {
        if isTerminal { try lines(String(decoding: bytes, as: UTF8.self)) } else { try Self.write(bytes) }
    }

    /// Replaces the content of the screen by lines that are already rendered.
    func screen(_ lines: [String]) throws {
        // The cursor moves home, each line erases its rest, and then everything below is erased: no flicker.
        let text = lines.prefix(max(1, size.rows - 1)).map { $0 + "\u{1B}[K\r\n" }.joined()
        try write("\u{1B}[H" + text + "\u{1B}[J")
    }

    // MARK: Messages

    /// Writes a message to the standard error.
    func message(_ text: String) { StandardError.print(TerminalText.escaped(text)) }

    // MARK: Writing

    /// Writes text that is safe for a terminal.
    func write(_ text: String) throws { try Self.write(Array(text.utf8)) }

    private static func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EPIPE {
                throw OutputClosed()
            } else if errno == EAGAIN {
                var descriptor = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                _ = poll(&descriptor, 1, 100)
            } else if errno != EINTR {
                throw CommandError("cannot write to the standard output: \(String(cString: strerror(errno)))")
            }
        }
    }

    private static func text(of value: some Encodable, _ style: JSONEncoder.OutputFormatting = []) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, style]
        encoder.dateEncodingStrategy = .iso8601
        return TerminalText.escapedJSON(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
