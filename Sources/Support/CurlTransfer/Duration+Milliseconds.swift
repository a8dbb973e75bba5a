// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension Duration {
    /// The duration in milliseconds for libcurl, rounded up and clamped to 1…`Int32.max`, because 0 means "no limit".
    var curlMilliseconds: Int {
        guard self > .zero else { return 1 }
        // Compared first, because `components` traps above `Int64.max` seconds.
        guard self < .seconds(Int64(Int32.max) / 1000) else { return Int(Int32.max) }
        let (seconds, attoseconds) = components
        let milliseconds = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int(milliseconds)
    }
}
