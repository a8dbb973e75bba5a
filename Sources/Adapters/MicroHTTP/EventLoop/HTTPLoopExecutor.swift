// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// Runs the tasks of handlers on an event loop.
final class HTTPLoopExecutor: TaskExecutor {
    private struct Queue {
        var jobs: [UnownedJob] = []
        var isScheduled = false
    }

    /// Used on the event loop only.
    private struct LoopState {
        /// Whether the next job runs synchronously when it is enqueued.
        var runsNextInline = false
        /// The last one is the most recently used.
        var idleTasks: [HTTPLoopTask] = []
        var isShutDown = false
    }

    /// The maximum number of idle tasks. Each keeps the memory that its handlers needed, usually a few KiB.
    private static let maxIdleTasks = 256

    private let eventLoop: any EventLoop
    private let queue = Mutex(Queue())
    private let loopState: NIOLoopBoundBox<LoopState>

    /// Called on the event loop.
    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        loopState = NIOLoopBoundBox(LoopState(), eventLoop: eventLoop)
    }

    /// Runs an operation in a task, up to its first suspension before this returns. Called on the event loop.
    func run(_ operation: @escaping HTTPLoopTask.Operation) -> HTTPLoopTask {
        loopState.value.runsNextInline = true
        if let task = loopState.value.idleTasks.popLast() {
            task.wake(with: operation)
            return task
        }
        return HTTPLoopTask(on: self, operation)
    }

    /// Keeps a task that has finished its operation, for the next operation.
    ///
    /// - Returns: False if there are enough idle tasks and this one must end.
    func addIdleTask(_ task: HTTPLoopTask) -> Bool {
        guard !loopState.value.isShutDown, loopState.value.idleTasks.count < Self.maxIdleTasks else { return false }
        loopState.value.idleTasks.append(task)
        return true
    }

    /// Ends the idle tasks. Running tasks end after their operation.
    func shutDown() {
        eventLoop.execute {
            self.loopState.value.isShutDown = true
            let idleTasks = self.loopState.value.idleTasks
            self.loopState.value.idleTasks = []
            for task in idleTasks { task.wake(with: nil) }
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if eventLoop.inEventLoop, loopState.value.runsNextInline {
            loopState.value.runsNextInline = false
            return job.runSynchronously(on: asUnownedTaskExecutor())
        }
        let isFirst = queue.withLock { queue in
            queue.jobs.append(job)
            defer { queue.isScheduled = true }
            return !queue.isScheduled
        }
        if isFirst { eventLoop.execute { self.runQueuedJobs() } }
    }

    private func runQueuedJobs() {
        let jobs = queue.withLock { queue in
            defer { queue = Queue() }
            return queue.jobs
        }
        for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
