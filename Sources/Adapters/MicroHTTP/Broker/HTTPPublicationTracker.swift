// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Counts the publications in flight, so that closing the broker can wait for them.
final class HTTPPublicationTracker: Sendable {
    private struct State {
        var count = 0
        var isClosed = false
        var waiters: [Promise<Void>] = []
    }

    private let state = Mutex(State())

    /// Runs a publication.
    ///
    /// - Throws: The error of the body; `closed` after ``stopAccepting()``.
    func run(_ body: () async throws -> Void) async throws {
        try state.withLock { state in
            guard !state.isClosed else { throw MicroError.brokerClosed }
            state.count += 1
        }
        defer { end() }
        try await body()
    }

    /// Rejects new publications.
    func stopAccepting() { state.withLock { $0.isClosed = true } }

    /// Waits for the publications in flight, at most until the deadline, even if the calling task is cancelled.
    func waitForCompletion(deadline: ContinuousClock.Instant) async {
        let completed = Promise<Void>()
        let isIdle = state.withLock { state in
            if state.count > 0 { state.waiters.append(completed) }
            return state.count == 0
        }
        guard !isIdle else { return }
        let timer = DeadlineQueue.shared.schedule(at: deadline) { completed.resolve() }
        defer { DeadlineQueue.shared.cancel(timer) }
        try? await completed.uncancellableValue()
    }

    private func end() {
        let waiters = state.withLock { state in
            state.count -= 1
            guard state.count == 0 else { return [Promise<Void>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resolve() }
    }
}
