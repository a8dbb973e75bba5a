// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging

extension Logger {
    /// The logger of a component of the library: the current logger if a `withLogger` scope is in effect, or else a
    /// logger with a separate label, so that its level can be set separately.
    ///
    /// - Parameter name: The component, such as `nats`: its label is `micro.nats`.
    public static func component(_ name: String) -> Logger {
        let current = Logger.current
        // Outside of a scope, the current logger has no label.
        return current.label.isEmpty ? Logger(label: "micro.\(name)") : current
    }
}
