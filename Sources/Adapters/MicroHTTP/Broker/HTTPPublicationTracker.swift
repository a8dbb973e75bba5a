// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Counts the publications that are under way, so that a broker that is closed can wait for them.
final class HTTPPublicationTracker: Sendable {
    private struct Content {
        var count = 0
        var isClosed = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let content = Mutex(Content())

    /// - Throws: What the body throws; `closed` after ``stopAccepting()``.
    func run(_ body: () async throws -> Void) async throws {
        try content.withLock { content in
            guard !content.isClosed else { throw MicroError.brokerClosed }
            content.count += 1
        }
        defer { end() }
        try await body()
    }

    /// Lets no more begin.
    func stopAccepting() { content.withLock { $0.isClosed = true } }

    /// Waits for those that are under way, until the deadline.
    func waitForCompletion(deadline: ContinuousClock.Instant) async {
        let late = MicroError(.deadlineExceeded, "publications are under way", origin: MicroError.Origin.broker)
        // What is under way then is cut off.
        try? await withCancellationShield(limit: deadline - .now, orThrow: late) { await self.waitUntilIdle() }
    }

    private func waitUntilIdle() async {
        await withCheckedContinuation { continuation in
            let isIdle = content.withLock { content in
                if content.count > 0 { content.waiters.append(continuation) }
                return content.count == 0
            }
            if isIdle { continuation.resume() }
        }
    }

    private func end() {
        let waiters = content.withLock { content in
            content.count -= 1
            guard content.count == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { content.waiters = [] }
            return content.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
