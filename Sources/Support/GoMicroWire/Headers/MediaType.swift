// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Media types in the form used by `Content-Type` (RFC 9110, section 8.3).
package enum MediaType {
    /// The type and subtype of a field value: in lower case, without parameters; empty if there is none.
    package static func essence(of value: String) -> String {
        // Most peers write it in this form, which needs no copy.
        if value.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x3B && !(0x41...0x5A).contains($0) }) { return value }
        guard let type = value.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false).first else {
            return ""
        }
        return trimmed(type).lowercased()
    }

    /// A text without the spaces and tabs around it.
    package static func trimmed(_ text: Substring) -> String {
        var bytes = text.utf8.drop(while: \.isBlank)
        while let last = bytes.last, last.isBlank { bytes.removeLast() }
        return String(Substring(bytes))
    }
}
