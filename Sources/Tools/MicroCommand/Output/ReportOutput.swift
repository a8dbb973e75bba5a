// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The destination of a report: a file, or the standard output.
struct ReportOutput {
    private let file: FileHandle
    private let name: String

    /// Opens the file and truncates it.
    ///
    /// - Parameter path: The path of the file; nil for the standard output.
    /// - Throws: ``CommandError``.
    init(path: String?) throws {
        guard let path else {
            (file, name) = (.standardOutput, "the standard output")
            return
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw CommandError(
                "cannot write the report to \(path): \(String(cString: strerror(errno))). Choose another --output")
        }
        (file, name) = (FileHandle(fileDescriptor: descriptor, closeOnDealloc: true), path)
    }

    /// Writes a text and a line break.
    ///
    /// - Throws: ``CommandError``.
    func write(_ text: String) throws {
        do { try file.write(contentsOf: Data("\(text)\n".utf8)) } catch {
            throw CommandError("cannot write the report to \(name): \(error.localizedDescription)")
        }
    }
}
