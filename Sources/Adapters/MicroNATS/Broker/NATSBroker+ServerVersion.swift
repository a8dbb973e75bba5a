// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore
import Synchronization

extension NATSBroker: ServerVersionReporting {
    /// The version in the server's greeting (`INFO`).
    package func serverVersion() async -> String? {
        guard let session = connection.state.withLock(\.session) else { return nil }
        // A session exists only after its greeting.
        return try? await session.greeting.value().version.map { "NATS \($0)" }
    }
}
