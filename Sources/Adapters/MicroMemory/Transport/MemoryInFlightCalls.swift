// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The calls in flight of a transport, so that closing the transport can end them.
final class MemoryInFlightCalls: Sendable {
    private struct State {
        var cancellations: [Int: @Sendable () -> Void] = [:]
        var nextID = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Runs a call until it ends or the transport is closed.
    ///
    /// - Throws: The error of the call, `CancellationError`, or `closed`.
    func run<Value: Sendable>(_ call: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let task = Task { try await call() }
        let id = state.withLock { state -> Int? in
            guard !state.isClosed else { return nil }
            state.nextID += 1
            state.cancellations[state.nextID] = { task.cancel() }
            return state.nextID
        }
        defer { if let id { state.withLock { $0.cancellations[id] = nil } } }
        if id == nil { task.cancel() }
        do {
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch is CancellationError where !Task.isCancelled && state.withLock(\.isClosed) {
            throw MemoryTransport.closed
        }
    }

    /// Ends all current and later calls with `closed`.
    func cancel() {
        let cancellations = state.withLock { state in
            state.isClosed = true
            defer { state.cancellations = [:] }
            return state.cancellations
        }
        for cancel in cancellations.values { cancel() }
    }
}
