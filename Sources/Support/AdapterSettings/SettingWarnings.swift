// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Logging
import MicroCore
import Synchronization

/// Warns once per process about a setting of a Go Micro program that has no counterpart here and is replaced.
package final class SettingWarnings: Sendable {
    package static let shared = SettingWarnings()

    private let reported = Mutex<Set<String>>([])

    package init() {}

    /// Logs a warning, unless one for the same variable and value was logged before.
    ///
    /// - Parameters:
    ///   - effect: What the replacement means for the service, and what to do.
    ///   - choices: The values that the variable can have.
    package func warn(
        variable: String, value: String, replacement: String, effect: String, choices: [String],
        logger: Logger = .component("settings")
    ) {
        guard reported.withLock({ $0.insert("\(variable)=\(value)").inserted }) else { return }
        logger.warning(
            "\(effect)",
            metadata: [
                "variable": "\(variable)", "value": "\(value)", "replacement": "\(replacement)",
                "choices": "\(choices.joined(separator: ", "))",
            ])
    }
}
