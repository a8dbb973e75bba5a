// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The lines that were typed at the prompt, kept in a file of the user.
struct PromptHistory {
    /// The maximum number of lines that are kept.
    private static let maxCount = 1_000

    private(set) var lines: [String]
    private let file: URL

    /// Reads the history; empty if there is none.
    init(file: URL = UserFolder.state("history")) {
        self.file = file
        let text = FileManager.default.contents(atPath: file.path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        lines = text.split(separator: "\n").suffix(Self.maxCount).map(String.init)
    }

    /// Adds a line, unless it repeats the last one or begins with a space, as in a shell.
    mutating func add(_ line: String) {
        guard !line.isEmpty, !line.hasPrefix(" "), line != lines.last else { return }
        lines = (lines + [line]).suffix(Self.maxCount)
        save()
    }

    /// Writes the file. The prompt continues if that fails.
    private func save() {
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try? handle.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
    }
}
