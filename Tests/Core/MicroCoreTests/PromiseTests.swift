// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import TestSupport
import Testing

@testable import MicroCore

@Suite(.timeLimit(.minutes(1))) struct PromiseTests {
    private static let timeoutError = MicroError(.deadlineExceeded, "too late")

    @Test func returnsEarlierResult() async throws {
        let promise = Promise<Int>()
        #expect(promise.isPending)
        #expect(promise.resolve(with: .success(1)))
        #expect(!promise.isPending)
        #expect(try await promise.value() == 1)
    }

    @Test func resumesWaitingTask() async throws {
        let promise = Promise<Int>()
        let task = Task { try await promise.value() }
        await Task.yield()
        #expect(promise.resolve(with: .success(2)))
        #expect(try await task.value == 2)
    }

    @Test func onlyFirstResultCounts() async throws {
        let promise = Promise<Int>()
        #expect(promise.resolve(with: .success(1)))
        #expect(!promise.resolve(with: .success(2)))
        #expect(!promise.reject(with: Self.timeoutError))
        #expect(try await promise.value() == 1)
    }

    @Test func cancellationResolvesPromise() async throws {
        let promise = Promise<Void>()
        let task = Task { try await promise.value() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(!promise.resolve(), "the owner learns that no task received the result")
    }

    @Test func cancelledTaskDoesNotWait() async throws {
        let promise = Promise<Void>()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            try await promise.value()
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func deadlineResolvesPromise() async throws {
        let promise = Promise<Void>()
        let error = await #expect(throws: MicroError.self) {
            try await promise.value(until: .now + .milliseconds(10), orThrow: Self.timeoutError)
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(!promise.resolve())
    }

    @Test func uncancellableWaitOutlivesCancellation() async throws {
        let promise = Promise<Int>()
        let hasStarted = Counter()
        let task = Task {
            hasStarted.add()
            return try await promise.uncancellableValue()
        }
        #expect(await eventually { hasStarted.value == 1 })
        task.cancel()
        #expect(promise.resolve(with: .success(3)))
        #expect(try await task.value == 3)
    }

    @Test func concurrentResultsResumeOnce() async throws {
        for round in 0..<500 {
            let promise = Promise<Int>()
            let firsts = Counter()
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<4 {
                    group.addTask { if promise.resolve(with: .success(number)) { firsts.add() } }
                }
                group.addTask {
                    let task = Task { try await promise.value() }
                    if round.isMultiple(of: 3) { task.cancel() }
                    _ = await task.result
                }
            }
            #expect(firsts.value <= 1)
        }
    }
}
