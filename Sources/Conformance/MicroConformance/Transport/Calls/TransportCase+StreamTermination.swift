// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    static let streamTermination = [
        TransportCase(
            "T26", .capability, "Cancelling a stream on either side ends it on both sides within the bound.",
            rationale: "Stream handlers continue for callers that no longer read.", capabilities: ["streams"]
        ) { context in
            let (gate, ended) = (AsyncGate(), CallCounter())
            let address = try await context.serveStream { request, stream in
                do {
                    for try await message in stream {
                        if String(buffer: message) == "cancel yourself" { stream.cancel() }
                        if String(buffer: message) == "wait" { await gate.wait() }
                        try await stream.send(message)
                    }
                } catch {
                    ended.add()
                    throw error
                }
            }
            for (index, termination) in ClientTermination.allCases.enumerated() {
                try await Self.terminate(termination, context, address, gate)
                try await context.eventually(
                    "the handler of the stream is cancelled (\(termination))",
                    within: context.bounds.timeouts.cancellation
                ) { ended.value >= index + 1 }
            }
            // By the server.
            let stream = try await context.open(at: address)
            try await stream.send("cancel yourself")
            try await context.expectError(.unavailable, .internal, from: "a stream that the server cancels") {
                _ = try await context.texts(of: stream)
            }
        },
        TransportCase(
            "T56", .capability, "A stream ends on both sides at its deadline.",
            rationale: "Streams without a reader are never released.", capabilities: ["streams"]
        ) { context in
            let ended = CallCounter()
            let address = try await context.serveStream { _, stream in
                defer { ended.add() }
                for try await message in stream { try await stream.send(message) }
            }
            let limit = context.bounds.timeouts.deadline
            let duration = try await context.measure {
                let stream = try await context.open(at: address, within: limit)
                try await stream.send("hello")
                try await context.expectError(.deadlineExceeded, from: "a stream beyond its deadline") {
                    _ = try await context.texts(of: stream)
                }
            }
            try context.expect(
                duration >= limit && duration < context.bounds.timeouts.maxDeadlineDuration,
                "the stream ends at its deadline of \(limit); it took \(duration)")
            try await context.eventually("the handler ends", within: context.bounds.timeouts.cancellation) {
                ended.value == 1
            }
        },
    ]

    /// How a client ends a stream.
    private enum ClientTermination: CaseIterable {
        /// Cancels it while the handler reads.
        case duringReading
        /// Cancels it while the handler waits for something else.
        case duringWork
        /// Cancels the task that reads.
        case byTask
        /// Releases it.
        case byRelease
    }

    private static func terminate(
        _ termination: ClientTermination, _ context: TransportTestContext, _ address: Address, _ gate: AsyncGate
    ) async throws {
        let stream = try await context.open(at: address)
        var responses = stream.makeAsyncIterator()
        try await stream.send("hello")
        let echoed = try await responses.next().map { String(buffer: $0) }
        try context.expect(echoed, is: "hello", "the first response")
        switch termination {
        case .byRelease: return
        case .byTask:
            let reading = Task { for try await _ in stream {} }
            reading.cancel()
            try await context.expectCancellation(of: "a cancelled reader") { try await reading.value }
            return
        case .duringWork:
            let before = gate.arrivals
            try await stream.send("wait")
            try await context.eventually("the handler waits") { gate.arrivals == before + 1 }
        case .duringReading: break
        }
        stream.cancel()
        stream.cancel()
        try await context.expectCancellation(of: "a cancelled stream") { _ = try await context.texts(of: stream) }
    }
}
