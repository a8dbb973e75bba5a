// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Keeps those who come waiting until it is opened, or until they are cancelled.
final class CallGate: Sendable {
    private struct Content {
        var isOpen = false
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var arrivals = 0
        var cancellations = 0
    }

    private let content = Mutex(Content())

    /// How many have come.
    var arrivals: Int { content.withLock(\.arrivals) }

    /// How many were cancelled while they waited.
    var cancellations: Int { content.withLock(\.cancellations) }

    func pass() async {
        let number = content.withLock { content in
            content.arrivals += 1
            return content.arrivals
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = content.withLock { content in
                    guard !content.isOpen, !Task.isCancelled else { return true }
                    content.waiting[number] = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            let waiting = content.withLock { content in
                content.cancellations += 1
                return content.waiting.removeValue(forKey: number)
            }
            waiting?.resume()
        }
    }

    func open() {
        let waiting = content.withLock { content in
            content.isOpen = true
            defer { content.waiting = [:] }
            return content.waiting
        }
        for continuation in waiting.values { continuation.resume() }
    }
}

/// Counts what happens in a handler.
final class CallCounter: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .relaxed) }

    func add() { count.wrappingAdd(1, ordering: .relaxed) }
}
