// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Synchronization

extension TransportCase {
    static let deadlines = [
        TransportCase(
            "T22", .core, "A call that is not answered ends at its deadline, and the client lives on",
            motive: "Callers wait for ever, or for as long as the connection lives."
        ) { trial in
            let gate = Gate()
            let listener = try await trial.serve { request in
                if request.endpoint == "Case.Wait" { await gate.pass() }
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            for _ in 0..<3 {
                let start = ContinuousClock.now
                let request = trial.request("Case.Wait", within: trial.bounds.deadline)
                let error = try await trial.expectError(.deadlineExceeded, from: "a call that is not answered") {
                    _ = try await trial.client.call(request, to: listener.address)
                }
                let time = ContinuousClock.now - start
                try trial.expect(time >= trial.bounds.deadline, "it ends at the deadline, and not after \(time)")
                try trial.expect(time < trial.bounds.deadline * 1.5, "it ends at the deadline, and not after \(time)")
                try trial.expect(!error.isSafeToRetry, "what was sent is not safe to retry")
            }
            let late = trial.request(within: .zero - .seconds(1))
            try await trial.expectError(.deadlineExceeded, from: "a call whose deadline has passed") {
                _ = try await trial.client.call(late, to: listener.address)
            }
            try trial.expect(try await trial.call("still", at: listener.address), is: "still", "a call after that")
        },
        TransportCase(
            "T23", .core, "The deadline travels as the time that is left, over two hops",
            motive: "Each hop begins to count anew, or trusts the other's clock."
        ) { trial in
            let left = Mutex<[Duration]>([])
            let last = try await trial.serve { request in
                left.withLock { $0.append(request.deadline - .now) }
                return TransportResponse(contentType: request.contentType)
            }
            let middle = try await trial.makeTransport()
            let first = try await trial.serve(by: middle) { request in
                left.withLock { $0.append(request.deadline - .now) }
                try await Task.sleep(for: .milliseconds(100))
                return try await middle.call(request, to: last.address)
            }
            _ = try await trial.client.call(trial.request(within: .seconds(3)), to: first.address)
            let times = left.withLock(\.self)
            try trial.expect(times.count, is: 2, "the number of hops")
            try trial.expect(
                times[0] <= .seconds(3) && times[0] > .seconds(1), "the first hop has 3 s, and not \(times[0])")
            try trial.expect(
                times[1] <= times[0] - .milliseconds(100), "the second hop has less than the first: \(times)")
        },
        TransportCase(
            "T24", .core, "A call that is cancelled before it is sent never reaches the service",
            motive: "Cancelled calls are sent all the same."
        ) { trial in
            let calls = CallCounter()
            let listener = try await trial.serve { request in
                calls.add()
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            try await trial.call(at: listener.address)
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await trial.call(at: listener.address)
            }
            try await trial.expectCancellation { _ = try await task.value }
            try await trial.never("the cancelled call has come") { calls.value > 1 }
        },
        TransportCase(
            "T25", .core, "A call that is cancelled ends at once, and its handler hears of it within the bound",
            motive: "Handlers work on for callers that have gone."
        ) { trial in
            let gate = Gate()
            let listener = try await trial.serve { request in
                if request.endpoint == "Case.Wait" { await gate.pass() }
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            let task = Task { try await trial.call("x", "Case.Wait", at: listener.address) }
            try await trial.eventually("the call has come") { gate.arrivals == 1 }
            let start = ContinuousClock.now
            task.cancel()
            try await trial.expectCancellation { _ = try await task.value }
            try trial.expect(ContinuousClock.now - start < .seconds(1), "the caller does not wait")
            try await trial.eventually("the handler was cancelled", within: trial.bounds.cancellation) {
                gate.cancellations == 1
            }
            try trial.expect(try await trial.call("still", at: listener.address), is: "still", "a call after that")
        },
        TransportCase(
            "T27", .stress, "Ten thousand cancelled calls leave nothing behind: each ends once, and calls work on",
            motive: "Each cancelled call costs a connection, or a task, for ever."
        ) { trial in
            let handlers = CallCounter()
            let listener = try await trial.serve { request in
                handlers.add()
                if request.endpoint == "Case.Wait" { try await Task.sleep(for: .milliseconds(2)) }
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            let before = try await trial.harness.census()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<32 {
                    group.addTask {
                        for number in stride(from: worker, to: 10 * trial.bounds.calls, by: 32) {
                            let call = Task { try await trial.call("x", "Case.Wait", at: listener.address) }
                            for _ in 0..<(number % 7) { await Task.yield() }
                            call.cancel()
                            switch await call.result {
                            case .success(let text): try trial.expect(text, is: "x", "the answer")
                            case .failure(let error):
                                try trial.expect(
                                    error is CancellationError, "a cancelled call is that, and not \(error)")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try trial.expect(try await trial.call("still", at: listener.address), is: "still", "a call after that")
            guard let before else { return }
            try await trial.eventually("no more connections are open than before", within: trial.bounds.heal) {
                let now = try await trial.harness.census()
                return (now?.connections ?? 0) <= (before.connections ?? 0) + trial.bounds.connections
            }
        },
    ]
}

extension TransportTrial {
    /// An operation has to be cancelled, and to say so.
    func expectCancellation(_ operation: () async throws -> Void) async throws {
        do { try await operation() } catch is CancellationError { return } catch {
            throw ConformanceFailure("what is cancelled throws CancellationError, and not \(error)")
        }
        throw ConformanceFailure("what was cancelled has succeeded")
    }
}
