// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Prints a line without buffering, so that a reader of a pipe gets it at once.
public func printLine(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }
