// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    static let cancellation = [
        TransportCase(
            "T24", .core, "A call that is cancelled before it is sent never reaches the service.",
            rationale: "Cancelled calls are sent nevertheless."
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
            try await context.expectCancellation(of: "a cancelled call") { _ = try await task.value }
            try await context.never("the service gets the cancelled call") { calls.value > 1 }
        },
        TransportCase(
            "T25", .core, "A cancelled call ends promptly, and its handler is cancelled within the bound.",
            rationale: "Handlers continue for callers that no longer wait."
        ) { context in
            let gate = AsyncGate()
            let listener = try await context.serve { request in
                if request.endpoint == "Case.Wait" { await gate.wait() }
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            let task = Task { try await context.call("x", "Case.Wait", at: listener.address) }
            try await context.eventually("the service gets the call") { gate.arrivals == 1 }
            task.cancel()
            let duration = try await context.measure {
                try await context.expectCancellation(of: "a cancelled call") { _ = try await task.value }
            }
            try context.expect(duration < .seconds(1), "a cancelled call ends promptly; it took \(duration)")
            try await context.eventually(
                "the handler is cancelled", within: context.bounds.timeouts.cancellation
            ) { gate.cancellations == 1 }
            try await context.expectStillServing(listener.address, after: "the cancelled call")
        },
        TransportCase(
            "T27", .stress, "Ten thousand cancelled calls each end once and leave no connections.",
            rationale: "Each cancelled call leaks a connection or a task."
        ) { context in
            let listener = try await context.serve { request in
                if request.endpoint == "Case.Wait" { try await Task.sleep(for: .milliseconds(2)) }
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            let before = try await context.harness.resourceCounts()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<32 {
                    group.addTask {
                        for number in stride(from: worker, to: 10 * context.bounds.callCount, by: 32) {
                            let call = Task { try await context.call("x", "Case.Wait", at: listener.address) }
                            for _ in 0..<(number % 7) { await Task.yield() }
                            call.cancel()
                            switch await call.result {
                            case .success(let text): try context.expect(text, is: "x", "the response")
                            case .failure(let error):
                                try context.expect(
                                    error is CancellationError,
                                    "a cancelled call throws CancellationError; found \(error)")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await context.expectStillServing(listener.address, after: "the cancelled calls")
            guard let before else { return }
            let limit = (before.connections ?? 0) + context.bounds.maxConnections
            try await context.eventually(
                "at most \(limit) connections are open", within: context.bounds.timeouts.recovery
            ) { try await context.harness.resourceCounts()?.connections ?? 0 <= limit }
        },
    ]
}
