// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import ArgumentParser

/// A duration as the value of an option: `5s`, `500ms`, `1m`, or seconds.
enum TimeLimit {
    /// Reads a duration.
    ///
    /// - Throws: `ValidationError` that names the option.
    static func parse(_ text: String, option: String) throws -> Duration {
        guard let duration = Duration(setting: text) else {
            throw ValidationError("\(option) \(text) is not a duration: expected 5s, 500ms, 1m, or seconds.")
        }
        return duration
    }
}
