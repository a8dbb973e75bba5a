// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Where a report goes: a file, or the standard output.
struct ReportOutput {
    private let file: FileHandle
    private let name: String

    /// Opens the file, empty.
    ///
    /// - Throws: ``CommandError``.
    init(path: String?) throws {
        guard let path else {
            (file, name) = (.standardOutput, "the standard output")
            return
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw CommandError(
                "cannot write the report to \(path): \(String(cString: strerror(errno))). Give another --output")
        }
        (file, name) = (FileHandle(fileDescriptor: descriptor, closeOnDealloc: true), path)
    }

    /// Writes a text and a line end.
    ///
    /// - Throws: ``CommandError``.
    func write(_ text: String) throws {
        do { try file.write(contentsOf: Data("\(text)\n".utf8)) } catch {
            throw CommandError("cannot write the report to \(name): \(error.localizedDescription)")
        }
    }
}

/// What ends the command with the status 1, and one line that says why.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The stream beside the report.
enum StandardError {
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    static func print(_ text: String, terminator: String = "\n") {
        // Nobody can be told that this cannot be told.
        try? FileHandle.standardError.write(contentsOf: Data("\(text)\(terminator)".utf8))
    }
}
