// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Logging
import Synchronization

/// Warns once per process about a setting of a Go Micro program that has no counterpart here and is replaced.
package final class SettingWarnings: Sendable {
    package static let shared = SettingWarnings()

    private let reported = Mutex<Set<String>>([])

    package init() {}

    /// Logs a warning, unless the same one was logged before.
    package func warn(variable: String, value: String, replacement: String, logger: Logger = .current) {
        guard reported.withLock({ $0.insert("\(variable)=\(value)").inserted }) else { return }
        logger.warning(
            "setting of Go Micro without a counterpart, replaced",
            metadata: ["variable": "\(variable)", "value": "\(value)", "replacement": "\(replacement)"])
    }
}
