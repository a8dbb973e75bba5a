// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore

extension RabbitMQBroker: ServerVersionReporting {
    /// The version in the server's properties (`connection.start`).
    package func serverVersion() async -> String? {
        guard let session = publishing.currentSession else { return nil }
        // A session exists only after its start.
        return try? await session.start.value().serverProperties["version"]?.text.map { "RabbitMQ \($0)" }
    }
}
