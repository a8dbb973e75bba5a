// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    static let endsOfStreams = [
        TransportCase(
            "T26", .capability,
            "A stream that is cancelled in its middle, by either side, ends for both within the bound",
            motive: "Handlers of streams run on for callers that have gone.", needs: ["streams"]
        ) { trial in
            let (gate, ended) = (Gate(), CallCounter())
            let address = try await trial.serveStream { request, stream in
                do {
                    for try await message in stream {
                        if String(buffer: message) == "cancel yourself" { stream.cancel() }
                        if String(buffer: message) == "wait" { await gate.pass() }
                        try await stream.send(message)
                    }
                } catch {
                    ended.add()
                    throw error
                }
            }
            for (index, way) in Leaving.allCases.enumerated() {
                try await Self.leave(way, trial, address, gate)
                try await trial.eventually(
                    "the handler of a stream hears that it was cancelled (\(way))", within: trial.bounds.cancellation
                ) { ended.value >= index + 1 }
            }
            // The server.
            let stream = try await trial.open(at: address)
            try await stream.send("cancel yourself")
            try await trial.expectError(.unavailable, .internal, from: "a stream that the server cancels") {
                _ = try await trial.texts(of: stream)
            }
        },
        TransportCase(
            "T56", .capability, "The deadline of a stream ends it for both sides",
            motive: "Streams that nobody reads stay for ever.", needs: ["streams"]
        ) { trial in
            let ended = CallCounter()
            let address = try await trial.serveStream { _, stream in
                defer { ended.add() }
                for try await message in stream { try await stream.send(message) }
            }
            let start = ContinuousClock.now
            let stream = try await trial.open(at: address, within: trial.bounds.deadline)
            try await stream.send("hello")
            try await trial.expectError(.deadlineExceeded, from: "a stream beyond its deadline") {
                _ = try await trial.texts(of: stream)
            }
            let time = ContinuousClock.now - start
            try trial.expect(time >= trial.bounds.deadline, "the stream lives until its deadline, and not \(time)")
            try trial.expect(
                time < trial.bounds.deadline * 1.5, "the stream ends at its deadline, and not after \(time)")
            try await trial.eventually("the handler has ended, too", within: trial.bounds.cancellation) {
                ended.value == 1
            }
        },
        TransportCase(
            "T57", .capability, "Many streams at once keep their messages apart",
            motive: "Messages of one stream come to another.", needs: ["streams"]
        ) { trial in
            let address = try await trial.serveStream { _, stream in
                for try await message in stream { try await stream.send(message) }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<32 {
                    group.addTask {
                        let stream = try await trial.open(at: address)
                        let texts = (0..<20).map { "\(number)-\($0)" }
                        for text in texts { try await stream.send(text) }
                        try await stream.finish()
                        try trial.expect(
                            try await trial.texts(of: stream), is: texts, "the messages of stream \(number)")
                    }
                }
                try await group.waitForAll()
            }
        },
        TransportCase(
            "T58", .capability, "A message of a stream that is too large is refused, and the stream lives on",
            motive: "What is too large ends the stream without a word.", needs: ["streams"]
        ) { trial in
            let address = try await trial.serveStream { _, stream in
                for try await message in stream { try await stream.send("\(message.readableBytes)") }
            }
            let stream = try await trial.open(at: address)
            let largest = trial.capabilities.largestBody
            try await trial.expectError(.payloadTooLarge, from: "a message of \(largest + 1) bytes") {
                try await stream.send(ByteBuffer(repeating: 0x41, count: largest + 1))
            }
            try await stream.send(ByteBuffer(repeating: 0x41, count: largest))
            try await stream.finish()
            try trial.expect(try await trial.texts(of: stream), is: ["\(largest)"], "the messages")
        },
    ]

    /// How a client leaves a stream.
    private enum Leaving: CaseIterable {
        /// While the handler reads.
        case duringReading
        /// While the handler does something else.
        case duringWork
        /// By cancelling the task that reads.
        case byTask
        /// By letting go of it.
        case byRelease
    }

    private static func leave(
        _ way: Leaving, _ trial: TransportTrial, _ address: Address, _ gate: Gate
    ) async throws {
        let stream = try await trial.open(at: address)
        var answers = stream.makeAsyncIterator()
        try await stream.send("hello")
        let echoed = try await answers.next().map { String(buffer: $0) }
        try trial.expect(echoed, is: "hello", "the first answer")
        switch way {
        case .byRelease: return
        case .byTask:
            let reading = Task { for try await _ in stream {} }
            reading.cancel()
            try await trial.expectCancellation { try await reading.value }
            return
        case .duringWork:
            let before = gate.arrivals
            try await stream.send("wait")
            try await trial.eventually("the handler waits") { gate.arrivals == before + 1 }
        case .duringReading: break
        }
        stream.cancel()
        stream.cancel()
        try await trial.expectCancellation { _ = try await trial.texts(of: stream) }
    }
}
