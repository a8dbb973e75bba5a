// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Synchronization

extension TransportCase {
    static let deadlines = [
        TransportCase(
            "T22", .core, "A call without a response ends at its deadline, and later calls succeed.",
            rationale: "Callers wait forever, or until the connection ends."
        ) { context in
            let gate = AsyncGate()
            let listener = try await context.serve { request in
                if request.endpoint == "Case.Wait" {
                    await gate.wait()
                    // Cancelled at the deadline: a response could arrive before the timer of a busy client fires.
                    try Task.checkCancellation()
                }
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            let limit = context.bounds.timeouts.deadline
            for _ in 0..<3 {
                let duration = try await context.measure {
                    let request = context.request("Case.Wait", within: limit)
                    let error = try await context.expectError(.deadlineExceeded, from: "a call without a response") {
                        _ = try await context.client.call(request, to: listener.address)
                    }
                    try context.expect(!error.isSafeToRetry, "a call that was sent is not safe to retry")
                }
                try context.expect(
                    duration >= limit && duration < context.bounds.timeouts.maxDeadlineDuration,
                    "a call ends at its deadline of \(limit); it took \(duration)")
            }
            let expired = context.request(within: .zero - .seconds(1))
            try await context.expectError(.deadlineExceeded, from: "a call whose deadline has passed") {
                _ = try await context.client.call(expired, to: listener.address)
            }
            try await context.expectStillServing(listener.address, after: "the expired calls")
        },
        TransportCase(
            "T23", .core, "The deadline is sent as the remaining time, over two hops.",
            rationale: "Each hop starts the full timeout again, or relies on synchronized clocks."
        ) { context in
            let remaining = Mutex<[Duration]>([])
            let last = try await context.serve { request in
                remaining.withLock { $0.append(request.deadline - .now) }
                return TransportResponse(contentType: request.contentType)
            }
            let middle = try await context.makeTransport()
            let first = try await context.serve(by: middle) { request in
                remaining.withLock { $0.append(request.deadline - .now) }
                try await Task.sleep(for: .milliseconds(100))
                return try await middle.call(request, to: last.address)
            }
            _ = try await context.client.call(context.request(within: .seconds(20)), to: first.address)
            let times = remaining.withLock(\.self)
            try context.expect(times.count, is: 2, "the number of hops")
            try context.expect(
                times[0] <= .seconds(20) && times[0] > .seconds(15),
                "the first hop has about 20 s; it had \(times[0])")
            try context.expect(
                times[1] <= times[0] - .milliseconds(100) && times[1] > times[0] - .seconds(5),
                "the second hop has at least 100 ms less than the first, and not much less; they had \(times)")
        },
    ]
}
