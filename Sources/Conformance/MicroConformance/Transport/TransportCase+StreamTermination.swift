// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    static let streamTermination = [
        TransportCase(
            "T26", .capability,
            "A stream that is cancelled in its middle, by either side, ends for both within the bound",
            rationale: "Handlers of streams run on for callers that have gone.", needs: ["streams"]
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
                    "the handler of a stream hears that it was cancelled (\(termination))",
                    within: context.bounds.cancellationTimeout
                ) { ended.value >= index + 1 }
            }
            // The server.
            let stream = try await context.open(at: address)
            try await stream.send("cancel yourself")
            try await context.expectError(.unavailable, .internal, from: "a stream that the server cancels") {
                _ = try await context.texts(of: stream)
            }
        },
        TransportCase(
            "T56", .capability, "The deadline of a stream ends it for both sides",
            rationale: "Streams that nobody reads stay for ever.", needs: ["streams"]
        ) { context in
            let ended = CallCounter()
            let address = try await context.serveStream { _, stream in
                defer { ended.add() }
                for try await message in stream { try await stream.send(message) }
            }
            let start = ContinuousClock.now
            let stream = try await context.open(at: address, within: context.bounds.deadline)
            try await stream.send("hello")
            try await context.expectError(.deadlineExceeded, from: "a stream beyond its deadline") {
                _ = try await context.texts(of: stream)
            }
            let time = ContinuousClock.now - start
            try context.expect(time >= context.bounds.deadline, "the stream lives until its deadline, and not \(time)")
            try context.expect(
                time < context.bounds.deadline * 1.5, "the stream ends at its deadline, and not after \(time)")
            try await context.eventually("the handler has ended, too", within: context.bounds.cancellationTimeout) {
                ended.value == 1
            }
        },
        TransportCase(
            "T57", .capability, "Many streams at once keep their messages apart",
            rationale: "Messages of one stream come to another.", needs: ["streams"]
        ) { context in
            let address = try await context.serveStream { _, stream in
                for try await message in stream { try await stream.send(message) }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<32 {
                    group.addTask {
                        let stream = try await context.open(at: address)
                        let texts = (0..<20).map { "\(number)-\($0)" }
                        for text in texts { try await stream.send(text) }
                        try await stream.finish()
                        try context.expect(
                            try await context.texts(of: stream), is: texts, "the messages of stream \(number)")
                    }
                }
                try await group.waitForAll()
            }
        },
        TransportCase(
            "T58", .capability, "A message of a stream that is too large is refused, and the stream lives on",
            rationale: "What is too large ends the stream without a word.", needs: ["streams"]
        ) { context in
            let address = try await context.serveStream { _, stream in
                for try await message in stream { try await stream.send("\(message.readableBytes)") }
            }
            let stream = try await context.open(at: address)
            let maxBodySize = context.capabilities.maxBodySize
            try await context.expectError(.payloadTooLarge, from: "a message of \(maxBodySize + 1) bytes") {
                try await stream.send(ByteBuffer(repeating: 0x41, count: maxBodySize + 1))
            }
            try await stream.send(ByteBuffer(repeating: 0x41, count: maxBodySize))
            try await stream.finish()
            try context.expect(try await context.texts(of: stream), is: ["\(maxBodySize)"], "the messages")
        },
    ]

    /// How a client leaves a stream.
    private enum ClientTermination: CaseIterable {
        /// While the handler reads.
        case duringReading
        /// While the handler does something else.
        case duringWork
        /// By cancelling the task that reads.
        case byTask
        /// By letting go of it.
        case byRelease
    }

    private static func terminate(
        _ termination: ClientTermination, _ context: TransportTestContext, _ address: Address, _ gate: AsyncGate
    ) async throws {
        let stream = try await context.open(at: address)
        var responses = stream.makeAsyncIterator()
        try await stream.send("hello")
        let echoed = try await responses.next().map { String(buffer: $0) }
        try context.expect(echoed, is: "hello", "the first answer")
        switch termination {
        case .byRelease: return
        case .byTask:
            let reading = Task { for try await _ in stream {} }
            reading.cancel()
            try await context.expectCancellation { try await reading.value }
            return
        case .duringWork:
            let before = gate.arrivals
            try await stream.send("wait")
            try await context.eventually("the handler waits") { gate.arrivals == before + 1 }
        case .duringReading: break
        }
        stream.cancel()
        stream.cancel()
        try await context.expectCancellation { _ = try await context.texts(of: stream) }
    }
}
