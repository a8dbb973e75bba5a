// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import ArgumentParser

/// A duration as the value of an option, such as `5s`, `500ms` or `1m`, or a number of seconds.
enum TimeLimit {
    /// Reads a duration.
    ///
    /// - Throws: `ValidationError` that names the option.
    static func parse(_ text: String, option: String) throws -> Duration {
        guard let duration = Duration(setting: text) else {
            throw ValidationError(
                "\(option) \(text) is not valid: expected a duration such as 5s, 500ms or 1m, or a number of seconds.")
        }
        return duration
    }
}
