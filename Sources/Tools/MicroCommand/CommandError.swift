// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// An error that ends the command with status 1 and one line on the standard error.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
