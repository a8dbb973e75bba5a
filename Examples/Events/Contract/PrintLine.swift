// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Prints a line at once, also through a pipe.
public func printLine(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }
