// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A line on the terminal that is overwritten in place. Shows nothing if the standard error is not a terminal.
struct ProgressLine {
    /// A line that wraps cannot be overwritten, and terminals are rarely narrower than this.
    private static let width = 79

    private let isShown = StandardError.isTerminal

    func show(_ text: String) { rewrite(text.count > Self.width ? "\(text.prefix(Self.width - 1))…" : text) }

    func clear() { rewrite("") }

    private func rewrite(_ text: String) {
        // Return to the start of the line, and erase it.
        if isShown { StandardError.print("\r\u{1B}[K\(text)", terminator: "") }
    }
}
