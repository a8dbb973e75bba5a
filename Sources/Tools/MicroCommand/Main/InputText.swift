// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Reads what an argument stands for: the text itself, a file (`@FILE`) or the standard input (`-`).
enum InputText {
    /// The maximum size of a file or of the standard input in bytes.
    private static let maxSize = 64 * 1024 * 1024

    /// Reads the bytes.
    ///
    /// - Throws: ``CommandError``.
    static func read(_ argument: String) async throws -> [UInt8] {
        if argument == "-" { return try await StandardInput.readAll(maxSize: maxSize) }
        guard argument.hasPrefix("@") else { return Array(argument.utf8) }
        let path = String(argument.dropFirst())
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
            let data = FileManager.default.contents(atPath: path)
        else { throw CommandError("cannot read the file \(path): check the path and its permissions", status: .usage) }
        guard data.count <= maxSize else { throw CommandError("the file \(path) is larger than 64 MiB") }
        return Array(data)
    }
}
