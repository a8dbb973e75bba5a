// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Limits how many watches have a dedicated connection. Further watches share one.
package final class DedicatedConnectionLimit: Sendable {
    private let available: Mutex<Int>

    /// Creates a limit.
    package init(_ count: Int) { available = Mutex(count) }

    /// Runs the body if a connection is available.
    ///
    /// - Returns: Whether the body ran.
    package func withConnection(_ body: () async -> Void) async -> Bool {
        let isAvailable = available.withLock { available in
            guard available > 0 else { return false }
            available -= 1
            return true
        }
        guard isAvailable else { return false }
        defer { available.withLock { $0 += 1 } }
        await body()
        return true
    }
}
