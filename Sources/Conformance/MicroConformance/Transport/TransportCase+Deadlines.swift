// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Synchronization

extension TransportCase {
    static let deadlines = [
        TransportCase(
            "T22", .core, "A call that is not answered ends at its deadline, and the client lives on",
            rationale: "Callers wait for ever, or for as long as the connection lives."
        ) { context in
            let gate = AsyncGate()
            let listener = try await context.serve { request in
                if request.endpoint == "Case.Wait" { await gate.wait() }
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            for _ in 0..<3 {
                let start = ContinuousClock.now
                let request = context.request("Case.Wait", within: context.bounds.deadline)
                let error = try await context.expectError(.deadlineExceeded, from: "a call that is not answered") {
                    _ = try await context.client.call(request, to: listener.address)
                }
                let time = ContinuousClock.now - start
                try context.expect(time >= context.bounds.deadline, "it ends at the deadline, and not after \(time)")
                try context.expect(
                    time < context.bounds.deadline * 1.5, "it ends at the deadline, and not after \(time)")
                try context.expect(!error.isSafeToRetry, "what was sent is not safe to retry")
            }
            let late = context.request(within: .zero - .seconds(1))
            try await context.expectError(.deadlineExceeded, from: "a call whose deadline has passed") {
                _ = try await context.client.call(late, to: listener.address)
            }
            try context.expect(try await context.call("still", at: listener.address), is: "still", "a call after that")
        },
        TransportCase(
            "T23", .core, "The deadline travels as the time that is left, over two hops",
            rationale: "Each hop begins to count anew, or trusts the other's clock."
        ) { context in
            let left = Mutex<[Duration]>([])
            let last = try await context.serve { request in
                left.withLock { $0.append(request.deadline - .now) }
                return TransportResponse(contentType: request.contentType)
            }
            let middle = try await context.makeTransport()
            let first = try await context.serve(by: middle) { request in
                left.withLock { $0.append(request.deadline - .now) }
                try await Task.sleep(for: .milliseconds(100))
                return try await middle.call(request, to: last.address)
            }
            _ = try await context.client.call(context.request(within: .seconds(3)), to: first.address)
            let times = left.withLock(\.self)
            try context.expect(times.count, is: 2, "the number of hops")
            try context.expect(
                times[0] <= .seconds(3) && times[0] > .seconds(1), "the first hop has 3 s, and not \(times[0])")
            try context.expect(
                times[1] <= times[0] - .milliseconds(100), "the second hop has less than the first: \(times)")
        },
        TransportCase(
            "T24", .core, "A call that is cancelled before it is sent never reaches the service",
            rationale: "Cancelled calls are sent all the same."
        ) { context in
            let calls = CallCounter()
            let listener = try await context.serve { request in
                calls.add()
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            try await context.call(at: listener.address)
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await context.call(at: listener.address)
            }
            try await context.expectCancellation { _ = try await task.value }
            try await context.never("the cancelled call has come") { calls.value > 1 }
        },
        TransportCase(
            "T25", .core, "A call that is cancelled ends at once, and its handler hears of it within the bound",
            rationale: "Handlers work on for callers that have gone."
        ) { context in
            let gate = AsyncGate()
            let listener = try await context.serve { request in
                if request.endpoint == "Case.Wait" { await gate.wait() }
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            let task = Task { try await context.call("x", "Case.Wait", at: listener.address) }
            try await context.eventually("the call has come") { gate.arrivals == 1 }
            let start = ContinuousClock.now
            task.cancel()
            try await context.expectCancellation { _ = try await task.value }
            try context.expect(ContinuousClock.now - start < .seconds(1), "the caller does not wait")
            try await context.eventually("the handler was cancelled", within: context.bounds.cancellationTimeout) {
                gate.cancellations == 1
            }
            try context.expect(try await context.call("still", at: listener.address), is: "still", "a call after that")
        },
        TransportCase(
            "T27", .stress, "Ten thousand cancelled calls leave nothing behind: each ends once, and calls work on",
            rationale: "Each cancelled call costs a connection, or a task, for ever."
        ) { context in
            let handlers = CallCounter()
            let listener = try await context.serve { request in
                handlers.add()
                if request.endpoint == "Case.Wait" { try await Task.sleep(for: .milliseconds(2)) }
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            let before = try await context.harness.resourceCounts()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<32 {
                    group.addTask {
                        for number in stride(from: worker, to: 10 * context.bounds.calls, by: 32) {
                            let call = Task { try await context.call("x", "Case.Wait", at: listener.address) }
                            for _ in 0..<(number % 7) { await Task.yield() }
                            call.cancel()
                            switch await call.result {
                            case .success(let text): try context.expect(text, is: "x", "the answer")
                            case .failure(let error):
                                try context.expect(
                                    error is CancellationError, "a cancelled call is that, and not \(error)")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try context.expect(try await context.call("still", at: listener.address), is: "still", "a call after that")
            guard let before else { return }
            try await context.eventually(
                "no more connections are open than before", within: context.bounds.recoveryTimeout
            ) {
                let now = try await context.harness.resourceCounts()
                return (now?.connections ?? 0) <= (before.connections ?? 0) + context.bounds.maxConnections
            }
        },
    ]
}

extension TransportTestContext {
    /// An operation has to be cancelled, and to say so.
    func expectCancellation(_ operation: () async throws -> Void) async throws {
        do { try await operation() } catch is CancellationError { return } catch {
            throw ConformanceFailure("what is cancelled throws CancellationError, and not \(error)")
        }
        throw ConformanceFailure("what was cancelled has succeeded")
    }
}
