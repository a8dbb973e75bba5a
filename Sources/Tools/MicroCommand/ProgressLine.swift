// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// One line on a terminal that is written again and again; nothing where the standard error is no terminal.
struct ProgressLine {
    /// A line that wraps cannot be rewritten in place, and no terminal in use is narrower than this.
    private static let width = 79

    private let isShown = StandardError.isTerminal

    func show(_ text: String) { rewrite(text.count > Self.width ? "\(text.prefix(Self.width - 1))…" : text) }

    func clear() { rewrite("") }

    /// Goes to the beginning of the line and erases it first.
    private func rewrite(_ text: String) {
        if isShown { StandardError.print("\r\u{1B}[K\(text)", terminator: "") }
    }
}
