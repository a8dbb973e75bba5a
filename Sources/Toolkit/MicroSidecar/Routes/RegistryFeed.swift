// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Keeps the state of the registry current.
final class RegistryFeed: Sendable {
    private let registry: any Registry
    private let current = Mutex(RegistryState())

    init(registry: any Registry) { self.registry = registry }

    /// The services as of the last change.
    var state: RegistryState { current.withLock(\.self) }

    /// Watches the registry until the task is cancelled.
    func run() async throws {
        for await state in try registry.watch(nil) { current.withLock { $0 = state } }
    }
}
