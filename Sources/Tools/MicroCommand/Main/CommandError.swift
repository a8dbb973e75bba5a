// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// An error that ends the command with a status and one line on the standard error.
struct CommandError: Error, CustomStringConvertible {
    let description: String
    let status: ExitStatus
    /// Whether the text is printed without the prefix `Error: `, as in Go Micro.
    let isPlain: Bool

    init(_ description: String, status: ExitStatus = .failed, isPlain: Bool = false) {
        self.description = description
        self.status = status
        self.isPlain = isPlain
    }
}
