// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import TestSupport
import Testing

@testable import MicroCore

@Suite(.timeLimit(.minutes(1))) struct DeadlineTests {
    private static let timeoutError = MicroError(.deadlineExceeded, "late")

    @Test func returnsResultOfOperation() async throws {
        #expect(try await withDeadline(.now + .seconds(30), orThrow: Self.timeoutError) { 42 } == 42)
    }

    @Test func abandonsOperationThatIgnoresCancellation() async throws {
        let release = AsyncStream.makeStream(of: Void.self)
        // The operation ends only afterwards.
        await #expect {
            try await withDeadline(.now + .milliseconds(50), orThrow: Self.timeoutError) {
                await Task.detached { for await _ in release.stream {} }.value
            }
        } throws: { ($0 as? MicroError)?.code == .deadlineExceeded }
        release.continuation.finish()
    }

    @Test func cancellationIsPrompt() async throws {
        let wasCancelled = Counter()
        let task = Task {
            try await withDeadline(.now + .seconds(60), orThrow: Self.timeoutError) {
                do { try await Task.sleep(for: .seconds(60)) } catch {
                    wasCancelled.add()
                    throw error
                }
            }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(await eventually { wasCancelled.value == 1 })
    }

    @Test func shieldedOperationIsNotCancelled() async throws {
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await withCancellationShield(limit: .seconds(30), orThrow: Self.timeoutError) {
                Task.isCancelled
            }
        }
        task.cancel()
        #expect(try await task.value == false)
    }

    @Test func finishedOperationCancelsItsTimer() async throws {
        for _ in 0..<2000 { try await withDeadline(.now + .seconds(3600), orThrow: Self.timeoutError) {} }
        // Other tests may have timers at the same time.
        #expect(DeadlineQueue.shared.count < 1000)
    }

    @Test func concurrentDeadlinesResumeOnce() async throws {
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<2000 {
                group.addTask {
                    let task = Task {
                        try await withDeadline(.now + .microseconds(number % 200), orThrow: Self.timeoutError) {
                            await Task.yield()
                        }
                    }
                    if number % 3 == 0 { task.cancel() }
                    _ = await task.result
                }
            }
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct KeyedLockTests {
    @Test func serializesOperationsPerKey() async throws {
        let lock = KeyedLock<String>()
        let inside = Counter()
        let total = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try await lock.withLock(["a", "b"]) {
                        #expect(inside.add() == 1)
                        await Task.yield()
                        inside.add(-1)
                        total.add()
                    }
                }
                group.addTask { try await lock.withLock(["b"]) { await Task.yield() } }
            }
            try await group.waitForAll()
        }
        #expect(total.value == 200)
    }

    @Test func cancelledWaiterIsRemoved() async throws {
        let lock = KeyedLock<String>()
        try await lock.withLock(["a"]) {
            let waiter = Task { try await lock.withLock(["a"]) {} }
            waiter.cancel()
            await #expect(throws: CancellationError.self) { try await waiter.value }
        }
        try await lock.withLock(["a"]) {}
    }
}

@Suite struct BackoffTests {
    @Test func growsToMaxDelayAndIsNeverZero() {
        let backoff = Backoff(base: .milliseconds(100), maxDelay: .seconds(2))
        for attempt in [0, 1, 4, 5, 100, Int.max, -1] {
            for _ in 0..<100 {
                let delay = backoff.delay(attempt: attempt)
                #expect(delay >= .milliseconds(10) && delay <= .seconds(2))
                if attempt <= 0 { #expect(delay <= .milliseconds(100)) }
            }
        }
        let timeoutError = (0..<200).map { _ in backoff.delay(attempt: 10) }
        #expect(timeoutError.contains { $0 > .seconds(1) } && timeoutError.contains { $0 < .seconds(1) })
    }
}

@Suite(.timeLimit(.minutes(1))) struct DeadlineQueueTests {
    private let queue = DeadlineQueue()

    @Test func actionsRunInDeadlineOrderAndNeverEarly() async {
        let calls = Counter()
        let order = Mutex<[Int]>([])
        let start = ContinuousClock.now
        for milliseconds in [60, 20, 40] {
            _ = queue.schedule(at: start + .milliseconds(milliseconds)) {
                order.withLock {
                    $0.append(ContinuousClock.now - start >= .milliseconds(milliseconds) ? milliseconds : -1)
                }
                calls.add()
            }
        }
        #expect(await eventually { calls.value == 3 })
        #expect(order.withLock(\.self) == [20, 40, 60])
        #expect(queue.count == 0)
    }

    @Test func expiredDeadlineRunsImmediately() async {
        let calls = Counter()
        for deadline in [ContinuousClock.now, .now - .seconds(1000)] {
            _ = queue.schedule(at: deadline) { calls.add() }
        }
        #expect(await eventually { calls.value == 2 })
    }

    @Test func cancelRemovesActionAtOnce() async {
        let calls = Counter()
        let scheduledActions = (0..<1000).map { _ in queue.schedule(at: .now + .seconds(3600)) { calls.add() } }
        #expect(queue.count == 1000)
        for scheduledAction in scheduledActions { queue.cancel(scheduledAction) }
        #expect(queue.count == 0)
        queue.cancel(scheduledActions[0])
        _ = queue.schedule(at: .now + .seconds(1e15)) { calls.add() }
        _ = queue.schedule(at: .now + .milliseconds(10)) { calls.add() }
        #expect(await eventually { calls.value == 1 })
    }
}
