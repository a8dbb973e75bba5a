// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// How a harness reaches the server behind a backend, to stop, kill and pause it.
public enum ControlSource: Sendable, Hashable {
    /// By the service of a compose file that has the name of the registry.
    case compose(file: String)

    /// Reads what a user writes, `compose:FILE`; nil for anything else.
    public init?(parsing text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[0] == "compose" else { return nil }
        self = .compose(file: String(parts[1]))
    }
}
