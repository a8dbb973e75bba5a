// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    static let streams = [
        TransportCase(
            "T07", .capability, "What a client sends by stream comes whole and in order: 27182, 8, 1828, 45904",
            motive: "Messages are joined, or the last one is lost.", needs: ["streams"]
        ) { trial in
            let address = try await trial.serveStream { _, stream in
                var sum = 0
                for try await message in stream { sum += message.readableBytes }
                try await stream.send("\(sum)")
            }
            for _ in 0..<3 {
                let stream = try await trial.open(at: address)
                for size in [27_182, 8, 1_828, 45_904] {
                    try await stream.send(ByteBuffer(repeating: 0x41, count: size))
                }
                try await stream.finish()
                try trial.expect(try await trial.texts(of: stream), is: ["74922"], "the answer")
            }
        },
        TransportCase(
            "T08", .capability, "What a server sends by stream comes whole and in order: 31415, 9, 2653, 58979",
            motive: "Messages overtake each other.", needs: ["streams"]
        ) { trial in
            let sizes = [31_415, 9, 2_653, 58_979]
            let address = try await trial.serveStream { _, stream in
                for size in sizes { try await stream.send(ByteBuffer(repeating: 0x42, count: size)) }
            }
            let stream = try await trial.open(at: address)
            try await stream.finish()
            var found: [Int] = []
            for try await message in stream { found.append(message.readableBytes) }
            try trial.expect(found, is: sizes, "the sizes")
        },
        TransportCase(
            "T09", .capability, "Questions and answers alternate on a stream, each answer before the next question",
            motive: "Messages wait in a buffer until there are more of them.", needs: ["streams"]
        ) { trial in
            let address = try await trial.serveStream(Self.answering)
            let stream = try await trial.open(at: address)
            var answers = stream.makeAsyncIterator()
            for number in 0..<100 {
                try await stream.send("\(number)")
                let answer = try await answers.next().map { String(buffer: $0) }
                try trial.expect(answer, is: "re: \(number)", "the answer")
            }
            try await stream.finish()
            try trial.expect(try await answers.next() == nil, "the stream has ended")
        },
        TransportCase(
            "T10", .capability, "A stream without a message ends in order on both sides, and empty messages are none",
            motive: "go-micro sends no end, and an empty message looks like one.", needs: ["streams"]
        ) { trial in
            let address = try await trial.serveStream { _, stream in
                for try await message in stream { try await stream.send(message) }
            }
            let empty = try await trial.open(at: address)
            try await empty.finish()
            try trial.expect(try await trial.texts(of: empty), is: [], "the messages of an empty stream")
            let hollow = try await trial.open(at: address)
            for _ in 0..<3 { try await hollow.send("") }
            try await hollow.finish()
            try trial.expect(try await trial.texts(of: hollow), is: ["", "", ""], "the empty messages")
        },
        TransportCase(
            "T11", .capability, "The server goes on sending after the client has finished",
            motive: "The end of one direction is taken for that of both.", needs: ["streams"]
        ) { trial in
            let address = try await trial.serveStream { _, stream in
                var count = 0
                for try await _ in stream { count += 1 }
                for number in 0..<200 { try await stream.send("\(count)-\(number)") }
            }
            let stream = try await trial.open(at: address)
            try await stream.send("one")
            try await stream.finish()
            try await trial.expectError(.closed, from: "sending after finishing") { try await stream.send("two") }
            try await stream.finish()
            let texts = try await trial.texts(of: stream)
            try trial.expect(texts, is: (0..<200).map { "1-\($0)" }, "what came after the client had finished")
        },
        TransportCase(
            "T12", .capability, "An error after some answers is thrown after these answers",
            motive: "An error overtakes what was sent before.", needs: ["streams"]
        ) { trial in
            let address = try await trial.serveStream { _, stream in
                for number in 0..<50 { try await stream.send("\(number)") }
                throw MicroError(.resourceExhausted, "no more")
            }
            let stream = try await trial.open(at: address)
            var texts: [String] = []
            let error = try await trial.expectError(.resourceExhausted, from: "the end of the stream") {
                for try await message in stream { texts.append(String(buffer: message)) }
            }
            try trial.expect(texts, is: (0..<50).map(String.init), "what came before")
            try trial.expect(error.message, is: "no more", "the message")
        },
        TransportCase(
            "T55", .capability, "Who does not read keeps the other side from sending, in both directions",
            motive: "A fast sender fills the memory of a slow reader.", needs: ["streams", "backPressure"]
        ) { trial in
            let (sent, up, gate) = (CallCounter(), CallCounter(), Gate())
            let piece = ByteBuffer(repeating: 0x43, count: 64 * 1024)
            let total = 1024
            let address = try await trial.serveStream { _, stream in
                for _ in 0..<total {
                    try await stream.send(piece)
                    sent.add()
                }
                await gate.pass()
                var count = 0
                for try await _ in stream { count += 1 }
                try await stream.send("\(count)")
            }
            let stream = try await trial.open(at: address)
            // Whatever the buffers on the way hold, 64 MiB is more.
            try await Self.standstill(trial, of: sent, below: total)
            var answers = stream.makeAsyncIterator()
            for _ in 0..<total {
                let size = try await answers.next()?.readableBytes
                try trial.expect(size, is: piece.readableBytes, "the size of a message")
            }
            async let sending: Void = {
                for _ in 0..<total {
                    try await stream.send(piece)
                    up.add()
                }
                try await stream.finish()
            }()
            try await Self.standstill(trial, of: up, below: total)
            gate.open()
            try await sending
            let count = try await answers.next().map { String(buffer: $0) }
            try trial.expect(count, is: "\(total)", "how many came up")
        },
    ]

    private static let answering: TransportStreamHandler = { _, stream in
        for try await message in stream { try await stream.send("re: \(String(buffer: message))") }
    }

    /// Waits until nothing more is sent.
    private static func standstill(
        _ trial: TransportTrial, of sent: CallCounter, below total: Int
    ) async throws {
        var last = -1
        let end = ContinuousClock.now + trial.bounds.answer
        while true {
            let now = sent.value
            try trial.expect(now < total, "the sender stands still before \(total) messages are sent")
            if now == last { return }
            try trial.expect(ContinuousClock.now < end, "the sender stands still")
            last = now
            try await Task.sleep(for: trial.bounds.quiet)
        }
    }
}
