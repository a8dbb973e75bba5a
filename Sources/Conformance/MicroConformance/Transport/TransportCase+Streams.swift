// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    static let streams = [
        TransportCase(
            "T07", .capability, "What a client sends by stream comes whole and in order: 27182, 8, 1828, 45904",
            rationale: "Messages are joined, or the last one is lost.", needs: ["streams"]
        ) { context in
            let address = try await context.serveStream { _, stream in
                var sum = 0
                for try await message in stream { sum += message.readableBytes }
                try await stream.send("\(sum)")
            }
            for _ in 0..<3 {
                let stream = try await context.open(at: address)
                for size in [27_182, 8, 1_828, 45_904] {
                    try await stream.send(ByteBuffer(repeating: 0x41, count: size))
                }
                try await stream.finish()
                try context.expect(try await context.texts(of: stream), is: ["74922"], "the answer")
            }
        },
        TransportCase(
            "T08", .capability, "What a server sends by stream comes whole and in order: 31415, 9, 2653, 58979",
            rationale: "Messages overtake each other.", needs: ["streams"]
        ) { context in
            let sizes = [31_415, 9, 2_653, 58_979]
            let address = try await context.serveStream { _, stream in
                for size in sizes { try await stream.send(ByteBuffer(repeating: 0x42, count: size)) }
            }
            let stream = try await context.open(at: address)
            try await stream.finish()
            var found: [Int] = []
            for try await message in stream { found.append(message.readableBytes) }
            try context.expect(found, is: sizes, "the sizes")
        },
        TransportCase(
            "T09", .capability, "Questions and answers alternate on a stream, each answer before the next question",
            rationale: "Messages wait in a buffer until there are more of them.", needs: ["streams"]
        ) { context in
            let address = try await context.serveStream(Self.replying)
            let stream = try await context.open(at: address)
            var responses = stream.makeAsyncIterator()
            for number in 0..<100 {
                try await stream.send("\(number)")
                let response = try await responses.next().map { String(buffer: $0) }
                try context.expect(response, is: "re: \(number)", "the answer")
            }
            try await stream.finish()
            try context.expect(try await responses.next() == nil, "the stream has ended")
        },
        TransportCase(
            "T10", .capability, "A stream without a message ends in order on both sides, and empty messages are none",
            rationale: "go-micro sends no end, and an empty message looks like one.", needs: ["streams"]
        ) { context in
            let address = try await context.serveStream { _, stream in
                for try await message in stream { try await stream.send(message) }
            }
            let empty = try await context.open(at: address)
            try await empty.finish()
            try context.expect(try await context.texts(of: empty), is: [], "the messages of an empty stream")
            let emptyMessages = try await context.open(at: address)
            for _ in 0..<3 { try await emptyMessages.send("") }
            try await emptyMessages.finish()
            try context.expect(try await context.texts(of: emptyMessages), is: ["", "", ""], "the empty messages")
        },
        TransportCase(
            "T11", .capability, "The server goes on sending after the client has finished",
            rationale: "The end of one direction is taken for that of both.", needs: ["streams"]
        ) { context in
            let address = try await context.serveStream { _, stream in
                var count = 0
                for try await _ in stream { count += 1 }
                for number in 0..<200 { try await stream.send("\(count)-\(number)") }
            }
            let stream = try await context.open(at: address)
            try await stream.send("one")
            try await stream.finish()
            try await context.expectError(.closed, from: "sending after finishing") { try await stream.send("two") }
            try await stream.finish()
            let texts = try await context.texts(of: stream)
            try context.expect(texts, is: (0..<200).map { "1-\($0)" }, "what came after the client had finished")
        },
        TransportCase(
            "T12", .capability, "An error after some answers is thrown after these answers",
            rationale: "An error overtakes what was sent before.", needs: ["streams"]
        ) { context in
            let address = try await context.serveStream { _, stream in
                for number in 0..<50 { try await stream.send("\(number)") }
                throw MicroError(.resourceExhausted, "no more")
            }
            let stream = try await context.open(at: address)
            var texts: [String] = []
            let error = try await context.expectError(.resourceExhausted, from: "the end of the stream") {
                for try await message in stream { texts.append(String(buffer: message)) }
            }
            try context.expect(texts, is: (0..<50).map(String.init), "what came before")
            try context.expect(error.message, is: "no more", "the message")
        },
        TransportCase(
            "T55", .capability, "Who does not read keeps the other side from sending, in both directions",
            rationale: "A fast sender fills the memory of a slow reader.", needs: ["streams", "backPressure"]
        ) { context in
            let (sent, up, gate) = (CallCounter(), CallCounter(), AsyncGate())
            let piece = ByteBuffer(repeating: 0x43, count: 64 * 1024)
            let total = 1024
            let address = try await context.serveStream { _, stream in
                for _ in 0..<total {
                    try await stream.send(piece)
                    sent.add()
                }
                await gate.wait()
                var count = 0
                for try await _ in stream { count += 1 }
                try await stream.send("\(count)")
            }
            let stream = try await context.open(at: address)
            // Whatever the buffers on the way hold, 64 MiB is more.
            try await Self.waitUntilBlocked(context, of: sent, below: total)
            var responses = stream.makeAsyncIterator()
            for _ in 0..<total {
                let size = try await responses.next()?.readableBytes
                try context.expect(size, is: piece.readableBytes, "the size of a message")
            }
            async let sending: Void = {
                for _ in 0..<total {
                    try await stream.send(piece)
                    up.add()
                }
                try await stream.finish()
            }()
            try await Self.waitUntilBlocked(context, of: up, below: total)
            gate.open()
            try await sending
            let count = try await responses.next().map { String(buffer: $0) }
            try context.expect(count, is: "\(total)", "how many came up")
        },
    ]

    private static let replying: TransportStreamHandler = { _, stream in
        for try await message in stream { try await stream.send("re: \(String(buffer: message))") }
    }

    /// Waits until nothing more is sent.
    private static func waitUntilBlocked(
        _ context: TransportTestContext, of sent: CallCounter, below total: Int
    ) async throws {
        var last = -1
        let end = ContinuousClock.now + context.bounds.responseTimeout
        while true {
            let now = sent.value
            try context.expect(now < total, "the sender stands still before \(total) messages are sent")
            if now == last { return }
            try context.expect(ContinuousClock.now < end, "the sender stands still")
            last = now
            try await Task.sleep(for: context.bounds.observationWindow)
        }
    }
}
