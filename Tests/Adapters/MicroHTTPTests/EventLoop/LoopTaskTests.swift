// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import MicroHTTP

/// Handlers of one event loop share tasks, one after another, without an effect on each other.
@Suite(.timeLimit(.minutes(1))) struct LoopTaskTests {
    private let eventLoop: any EventLoop
    private let executor: HTTPLoopExecutor

    init() async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        self.eventLoop = eventLoop
        executor = try await eventLoop.submit { HTTPLoopExecutor(eventLoop) }.get()
    }

    /// Starts an operation on the event loop.
    private func run(_ operation: @escaping HTTPLoopTask.Operation) async throws -> HTTPLoopTask {
        try await eventLoop.submit { executor.run(operation) }.get()
    }

    @Test("the task of a finished operation is reused") func finishedTaskIsReused() async throws {
        let first = try await run {}
        let second = try await run {}
        #expect(first === second)
    }

    @Test("concurrent operations have tasks of their own") func concurrentOperationsUseSeparateTasks()
        async throws
    {
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let first = try await run { for await _ in gate {} }
        let second = try await run {}
        #expect(first !== second)
        opening.finish()
    }

    @Test("the number of idle tasks is limited after a burst") func idleTasksAreBounded() async throws {
        var bursts: [[HTTPLoopTask]] = []
        for _ in 0..<2 {
            let (gate, ended) = (AsyncGate(), Counter())
            var tasks: [HTTPLoopTask] = []
            for _ in 0..<300 {
                tasks.append(
                    try await run {
                        await gate.pass()
                        ended.add()
                    })
            }
            gate.open()
            #expect(await eventually { ended.value == 300 })
            // By then the last task is idle as well.
            _ = try await run {}
            bursts.append(tasks)
        }
        let again = Set(bursts[0].map(ObjectIdentifier.init)).intersection(bursts[1].map(ObjectIdentifier.init))
        #expect((1...256).contains(again.count))
    }

    @Test("cancellation affects only the current operation of a task") func cancellationAffectsOnlyCurrentOperation()
        async throws
    {
        let hasEnded = Atomic(false)
        let task = try await run {
            try? await Task.sleep(for: .seconds(60))
            hasEnded.store(true, ordering: .relaxed)
        }
        task.cancel()
        let ends = await eventually { hasEnded.load(ordering: .relaxed) }
        #expect(ends)
        // If the task becomes idle, it does so in the same tick of the event loop.
        let isCancelled = Atomic(true)
        let next = try await run { isCancelled.store(Task.isCancelled, ordering: .relaxed) }
        #expect(next !== task)
        let isNextCancelled = isCancelled.load(ordering: .relaxed)
        #expect(!isNextCancelled)
    }

    @Test("an idle task releases its operation") func idleTaskReleasesItsOperation() async throws {
        final class Request: Sendable {}
        var request: Request? = Request()
        weak let left = request
        let first = try await run { [request] in withExtendedLifetime(request) {} }
        request = nil
        // The event loop releases the closure that started it a moment later.
        #expect(await eventually { left == nil })
        // The same holds for the operation that a task is woken with.
        var second: Request? = Request()
        weak let leftSecond = second
        let task = try await run { [second] in withExtendedLifetime(second) {} }
        second = nil
        #expect(task === first)
        #expect(await eventually { leftSecond == nil })
    }

    @Test("task-local values do not reach the next operation") func taskLocalsDoNotLeak() async throws {
        let first = try await run { Bound.$value.withValue(1) {} }
        let seen = Atomic(-1)
        let second = try await run { seen.store(Bound.value, ordering: .relaxed) }
        #expect(first === second)
        let value = seen.load(ordering: .relaxed)
        #expect(value == 0)
    }
}

private enum Bound {
    @TaskLocal static var value = 0
}
