// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The calls that a transport waits for, so that closing it ends them.
final class MemoryInFlightCalls: Sendable {
    private struct Content {
        var cancellations: [Int: @Sendable () -> Void] = [:]
        var nextID = 0
        var isClosed = false
    }

    private let content = Mutex(Content())

    /// Runs a call until its end, or that of the transport.
    func run<Value: Sendable>(_ call: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let task = Task { try await call() }
        let id = content.withLock { content -> Int? in
            guard !content.isClosed else { return nil }
            content.nextID += 1
            content.cancellations[content.nextID] = { task.cancel() }
            return content.nextID
        }
        defer { if let id { content.withLock { $0.cancellations[id] = nil } } }
        if id == nil { task.cancel() }
        do {
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch is CancellationError where !Task.isCancelled && content.withLock(\.isClosed) {
            throw MemoryTransport.closed
        }
    }

    /// Ends all calls with `closed`, also those to come.
    func cancel() {
        let cancellations = content.withLock { content in
            content.isClosed = true
            defer { content.cancellations = [:] }
            return content.cancellations
        }
        for cancel in cancellations.values { cancel() }
    }
}
