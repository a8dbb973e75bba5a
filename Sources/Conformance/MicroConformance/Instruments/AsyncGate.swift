// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Keeps those who come waiting until it is opened.
final class AsyncGate: Sendable {
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

    /// Waits until it is opened, or the task is cancelled.
    func wait() async {
        let number = arrive()
        await withTaskCancellationHandler {
            await wait(number) { Task.isCancelled }
        } onCancel: {
            let waiting = content.withLock { content in
                content.cancellations += 1
                return content.waiting.removeValue(forKey: number)
            }
            waiting?.resume()
        }
    }

    /// Waits until it is opened, as a handler that blocks: without heed to cancellation.
    func waitIgnoringCancellation() async { await wait(arrive()) { false } }

    func open() {
        let waiting = content.withLock { content in
            content.isOpen = true
            defer { content.waiting = [:] }
            return content.waiting
        }
        for continuation in waiting.values { continuation.resume() }
    }

    private func arrive() -> Int {
        content.withLock { content in
            content.arrivals += 1
            return content.arrivals
        }
    }

    private func wait(_ number: Int, unless shouldSkip: @Sendable () -> Bool) async {
        await withCheckedContinuation { continuation in
            let shouldResume = content.withLock { content in
                guard !content.isOpen, !shouldSkip() else { return true }
                content.waiting[number] = continuation
                return false
            }
            if shouldResume { continuation.resume() }
        }
    }
}
