// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import TestSupport
import Testing

/// The task that watches share.
@Suite(.timeLimit(.minutes(1))) struct SharedTaskTests {
    private let starts = Counter()
    private let running = Counter()

    private func makeTask() -> SharedTask {
        SharedTask { [starts, running] in
            starts.add()
            running.add()
            try? await Task.sleep(for: .seconds(600))
            running.add(-1)
        }
    }

    private var isRunning: Bool { running.value > 0 }

    @Test func operationRunsWhileAnyUserNeedsIt() async {
        let task = makeTask()
        let users = (0..<3).map { _ in Task { await task.keepRunning() } }
        #expect(await eventually { isRunning })
        for user in users.dropLast() {
            user.cancel()
            await user.value
        }
        #expect(await always(during: .milliseconds(50)) { isRunning })
        users[2].cancel()
        #expect(await eventually { !isRunning })
        #expect(starts.value == 1)
        // The next user starts it again.
        let next = Task { await task.keepRunning() }
        #expect(await eventually { isRunning })
        #expect(starts.value == 2)
        await task.close()
        await next.value
        #expect(!isRunning)
    }

    @Test func closedTaskDoesNotStart() async {
        let task = makeTask()
        await task.close()
        await task.keepRunning()
        #expect(starts.value == 0)
    }
}
