// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// The standard output of an example. Lines are not buffered, so that a reader of a pipe gets them immediately.
public enum StandardOutput {
    private static let isClosedFlag = Atomic(false)

    /// Otherwise, the first write after the reader has closed the pipe would terminate the process.
    private static let ignoreSIGPIPE: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    /// Whether a line could not be written, because the reader has closed the pipe. The program has no purpose then.
    public static var isClosed: Bool { isClosedFlag.load(ordering: .relaxed) }

    /// Writes a line.
    public static func write(_ line: String) {
        _ = ignoreSIGPIPE
        do { try FileHandle.standardOutput.write(contentsOf: Data("\(line)\n".utf8)) } catch {
            isClosedFlag.store(true, ordering: .relaxed)
        }
    }
}

/// Prints a line; see ``StandardOutput``.
public func printLine(_ line: String) { StandardOutput.write(line) }
