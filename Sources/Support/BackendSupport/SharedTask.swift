// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A background task that runs as long as at least one caller needs it.
package final class SharedTask: Sendable {
    private struct State {
        var users: [Int: AsyncStream<Never>.Continuation] = [:]
        var nextID = 0
        /// The task that the current users share, by number.
        var current: Int?
        /// Tasks that have not ended, including cancelled ones.
        var tasks: [Int: Task<Void, Never>] = [:]
        var isClosed = false

        mutating func makeID() -> Int {
            nextID += 1
            return nextID
        }
    }

    private let state = Mutex(State())
    private let operation: @Sendable () async -> Void

    /// Creates a task that is not running.
    ///
    /// - Parameter operation: Runs until its task is cancelled.
    package init(_ operation: @escaping @Sendable () async -> Void) { self.operation = operation }

    /// Keeps the operation running until the calling task is cancelled or ``close()`` is called. Returns immediately
    /// after ``close()``.
    package func keepRunning() async {
        let (end, continuation) = AsyncStream<Never>.makeStream()
        guard let id = add(continuation) else { return }
        defer { remove(id) }
        for await _ in end {}
    }

    /// Cancels the operation, and waits until it has ended.
    package func close() async {
        let (users, tasks) = state.withLock { state in
            state.isClosed = true
            return (Array(state.users.values), Array(state.tasks.values))
        }
        for user in users { user.finish() }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private func add(_ user: AsyncStream<Never>.Continuation) -> Int? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            let id = state.makeID()
            state.users[id] = user
            if state.current == nil { start(&state) }
            return id
        }
    }

    private func start(_ state: inout State) {
        let id = state.makeID()
        state.current = id
        state.tasks[id] = Task { [weak self, operation] in
            await operation()
            self?.state.withLock { state in state.tasks[id] = nil }
        }
    }

    private func remove(_ id: Int) {
        let unused = state.withLock { state -> Task<Void, Never>? in
            state.users[id] = nil
            guard state.users.isEmpty, let current = state.current else { return nil }
            state.current = nil
            return state.tasks[current]
        }
        unused?.cancel()
    }
}
