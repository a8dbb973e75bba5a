// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
package import Testing

/// Runs a suite or a test on dedicated threads instead of the cooperative pool, so that its blocking calls and long
/// computations do not delay other tests.
package struct BlockingTrait: SuiteTrait, TestTrait, TestScoping {
    package init() {}

    package var isRecursive: Bool { false }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(BlockingExecutor.shared) { try await function() }
    }
}

extension Trait where Self == BlockingTrait {
    /// The test makes blocking calls (sockets, semaphores, waiting for a child process), or computes for seconds.
    package static var blocking: Self { Self() }
}

/// An executor that starts a thread for a job if no thread is idle. A blocked thread never delays another job.
private final class BlockingExecutor: TaskExecutor {
    static let shared = BlockingExecutor()

    private struct State {
        var jobs: [UnownedJob] = []
        var idleThreads = 0
    }

    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let needsThread = state.withLock { state in
            state.jobs.append(job)
            guard state.idleThreads < state.jobs.count else { return false }
            state.idleThreads += 1
            return true
        }
        if needsThread { startThread() }
        available.signal()
    }

    private func startThread() {
        let thread = Thread { [self] in
            while true {
                available.wait()
                let job = state.withLock { state in
                    state.idleThreads -= 1
                    return state.jobs.removeFirst()
                }
                job.runSynchronously(on: asUnownedTaskExecutor())
                state.withLock { $0.idleThreads += 1 }
            }
        }
        thread.stackSize = 1024 * 1024
        thread.start()
    }
}
