// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension Duration {
    /// Whole milliseconds for libcurl, rounded up and kept within 1…`Int32.max`: 0 would mean "for ever" to it.
    var curlMilliseconds: Int {
        guard self > .zero else { return 1 }
        // Compared before taken apart: `components` traps above `Int64.max` seconds.
        guard self < .seconds(Int64(Int32.max) / 1000) else { return Int(Int32.max) }
        let (seconds, attoseconds) = components
        let milliseconds = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int(milliseconds)
    }
}
