// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The standard error of the command.
enum StandardError {
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    static func print(_ text: String, terminator: String = "\n") {
        // There is nowhere left to report a failure of this write.
        try? FileHandle.standardError.write(contentsOf: Data("\(text)\(terminator)".utf8))
    }
}
