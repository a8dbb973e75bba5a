// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Synchronization

/// Serializes operations on the same key, in the order of their arrival. Operations on different keys run concurrently.
///
/// For authors of adapters: the contract requires that operations of one client on one node do not overlap.
public final class KeyedLock<Key: Hashable & Sendable>: Sendable {
    /// The waiters of each key that is held.
    private let queues = Mutex<[Key: Deque<Promise<Void>>]>([:])

    /// Creates a lock without holders.
    public init() {}

    /// Runs the body while holding the keys.
    ///
    /// - Throws: The error of the body, or `CancellationError` if the task is cancelled while it waits.
    public func withLock<Value>(_ keys: Set<Key>, _ body: () async throws -> Value) async throws -> Value
    where Key: Comparable {
        var held: [Key] = []
        defer { for key in held { unlock(key) } }
        // All callers take keys in the same order, so that two of them never wait for each other.
        for key in keys.sorted() {
            try await lock(key)
            held.append(key)
        }
        return try await body()
    }

    private func lock(_ key: Key) async throws {
        try Task.checkCancellation()
        let waiter = queues.withLock { queues -> Promise<Void>? in
            guard queues[key] != nil else {
                queues[key] = []
                return nil
            }
            let waiter = Promise<Void>()
            queues[key]?.append(waiter)
            return waiter
        }
        guard let waiter else { return }
        do { try await waiter.value() } catch {
            queues.withLock { queues in queues[key]?.removeAll { $0 === waiter } }
            throw error
        }
    }

    /// Passes the key to the first task that still waits for it.
    private func unlock(_ key: Key) {
        while true {
            let next = queues.withLock { queues -> Promise<Void>? in
                let next = queues[key]?.popFirst()
                if next == nil { queues[key] = nil }
                return next
            }
            guard let next else { return }
            if next.resolve() { return }
        }
    }
}
