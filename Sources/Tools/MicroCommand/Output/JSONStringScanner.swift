// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Finds the strings in the bytes of JSON.
struct JSONStringScanner {
    private var isInString = false
    private var isEscaped = false

    /// Processes the next byte.
    ///
    /// - Returns: Whether it belongs to a string. The quotation marks do.
    mutating func advance(_ byte: UInt8) -> Bool {
        guard isInString else {
            isInString = byte == UInt8(ascii: "\"")
            return isInString
        }
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
        }
        return true
    }
}
