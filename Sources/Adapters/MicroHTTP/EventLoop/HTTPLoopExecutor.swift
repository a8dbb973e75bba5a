// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// Runs tasks on an event loop: those of handlers, from the moment the request has come in.
final class HTTPLoopExecutor: TaskExecutor {
    private struct Queue {
        var jobs: [UnownedJob] = []
        var isScheduled = false
    }

    /// Touched on the event loop alone.
    private struct Local {
        /// Whether the job that comes next is run where it is enqueued.
        var runsNextInline = false
        /// The last one is the most recently used.
        var idleTasks: [HTTPLoopTask] = []
    }

    /// How many tasks may rest. Each keeps the memory that its handlers needed, as a rule a few KiB.
    private static let maxIdleTasks = 256

    private let eventLoop: any EventLoop
    private let queue = Mutex(Queue())
    private let local: NIOLoopBoundBox<Local>

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        local = NIOLoopBoundBox(Local(), eventLoop: eventLoop)
    }

    /// Runs an operation in a task, up to where it has to wait before this returns. On the event loop.
    func run(_ operation: @escaping HTTPLoopTask.Operation) -> HTTPLoopTask {
        local.value.runsNextInline = true
        if let task = local.value.idleTasks.popLast() {
            task.wake(with: operation)
            return task
        }
        return HTTPLoopTask(on: self, operation)
    }

    /// A task has nothing to do, and waits for the next operation.
    ///
    /// - Returns: False if enough of them do: it has to end.
    func addIdleTask(_ task: HTTPLoopTask) -> Bool {
        guard local.value.idleTasks.count < Self.maxIdleTasks else { return false }
        local.value.idleTasks.append(task)
        return true
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if eventLoop.inEventLoop, local.value.runsNextInline {
            local.value.runsNextInline = false
            return job.runSynchronously(on: asUnownedTaskExecutor())
        }
        let isFirst = queue.withLock { queue in
            queue.jobs.append(job)
            defer { queue.isScheduled = true }
            return !queue.isScheduled
        }
        if isFirst { eventLoop.execute { self.drain() } }
    }

    private func drain() {
        let jobs = queue.withLock { queue in
            defer { queue = Queue() }
            return queue.jobs
        }
        for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
