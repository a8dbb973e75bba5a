// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Synchronization

/// Serialises operations that concern the same key, in the order in which they came; others run side by side: for the
/// author of an adapter, whose operations on one node have to come one after the other.
public final class KeyedLock<Key: Hashable & Sendable>: Sendable {
    private struct Waiter {
        let id: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct Content {
        /// A key is there while somebody holds it.
        var queues: [Key: Deque<Waiter>] = [:]
        var nextID = 0
    }

    private let content = Mutex(Content())

    /// Creates a lock that nobody holds.
    public init() {}

    /// Runs the body while it holds the keys.
    ///
    /// - Throws: What the body throws, or `CancellationError` when the task is cancelled while it waits.
    public func withLock<Value>(_ keys: Set<Key>, _ body: () async throws -> Value) async throws -> Value
    where Key: Comparable {
        var held: [Key] = []
        defer { for key in held { unlock(key) } }
        // In one order for all, so that two holders never wait for each other.
        for key in keys.sorted() {
            try await lock(key)
            held.append(key)
        }
        return try await body()
    }

    private func lock(_ key: Key) async throws {
        let id = content.withLock { content in
            content.nextID += 1
            return content.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = content.withLock { content -> Result<Void, any Error>? in
                    // Asked under the lock: the handler below either comes later and finds the waiter, or came first.
                    guard !Task.isCancelled else { return .failure(CancellationError()) }
                    guard content.queues[key] != nil else {
                        content.queues[key] = []
                        return .success(())
                    }
                    content.queues[key]?.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let waiter = content.withLock { content -> Waiter? in
                guard let index = content.queues[key]?.firstIndex(where: { $0.id == id }) else {
                    return nil
                }
                return content.queues[key]?.remove(at: index)
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    private func unlock(_ key: Key) {
        let next = content.withLock { content -> Waiter? in
            let next = content.queues[key]?.popFirst()
            if next == nil { content.queues[key] = nil }
            return next
        }
        next?.continuation.resume()
    }
}
