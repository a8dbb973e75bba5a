// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// How a harness controls the server behind a backend: stops, kills and pauses it.
package enum ControlSource: Sendable, Hashable {
    /// Through a compose file that has a service with the name of the adapter.
    case compose(file: String)

    /// Parses `compose:FILE`; nil for any other text.
    package init?(parsing text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[0] == "compose" else { return nil }
        self = .compose(file: String(parts[1]))
    }
}
