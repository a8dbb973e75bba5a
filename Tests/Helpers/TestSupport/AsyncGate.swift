// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Keeps handlers waiting until it is opened.
package final class AsyncGate: Sendable {
    private struct Content {
        var isOpen = false
        var waiters: [CheckedContinuation<Void, Never>] = []
        var arrivals = 0
    }

    private let content = Mutex(Content())

    /// A gate that is closed.
    package init() {}

    /// How many came to it.
    package var arrivals: Int { content.withLock { $0.arrivals } }

    /// Waits until it is opened, without heed to cancellation.
    package func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = content.withLock { content in
                content.arrivals += 1
                if !content.isOpen { content.waiters.append(continuation) }
                return content.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// Lets all pass, from now on.
    package func open() {
        let waiters = content.withLock { content in
            content.isOpen = true
            defer { content.waiters = [] }
            return content.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
