// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    static let streams = [
        TransportCase(
            "T07", .capability, "Messages of a client stream arrive completely and in order.",
            rationale: "Messages are joined, or the last one is lost.", capabilities: ["streams"],
            verifyUnsupported: streamIsUnsupported
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
                try context.expect(try await context.texts(of: stream), is: ["74922"], "the response")
            }
        },
        TransportCase(
            "T08", .capability, "Messages of a server stream arrive completely and in order.",
            rationale: "Messages overtake each other.", capabilities: ["streams"]
        ) { context in
            let sizes = [31_415, 9, 2_653, 58_979]
            let address = try await context.serveStream { _, stream in
                for size in sizes { try await stream.send(ByteBuffer(repeating: 0x42, count: size)) }
            }
            let stream = try await context.open(at: address)
            try await stream.finish()
            var found: [Int] = []
            for try await message in stream { found.append(message.readableBytes) }
            try context.expect(found, is: sizes, "the sizes of the messages")
        },
        TransportCase(
            "T09", .capability, "Requests and responses can alternate on a stream.",
            rationale: "Messages wait in a buffer until it is full.", capabilities: ["streams"]
        ) { context in
            let address = try await context.serveStream { _, stream in
                for try await message in stream { try await stream.send("re: \(String(buffer: message))") }
            }
            let stream = try await context.open(at: address)
            var responses = stream.makeAsyncIterator()
            for number in 0..<100 {
                try await stream.send("\(number)")
                let response = try await responses.next().map { String(buffer: $0) }
                try context.expect(response, is: "re: \(number)", "the response")
            }
            try await stream.finish()
            try context.expect(try await responses.next() == nil, "the stream has ended")
        },
        TransportCase(
            "T10", .capability, "A stream without messages ends successfully on both sides; empty messages arrive.",
            rationale: "go-micro does not send the end of a stream, and treats an empty message as the end.",
            capabilities: ["streams"]
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
            "T11", .capability, "The server can send after the client has finished its direction of a stream.",
            rationale: "The end of one direction is taken for the end of both.", capabilities: ["streams"]
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
            try context.expect(texts, is: (0..<200).map { "1-\($0)" }, "the messages after the client has finished")
        },
        TransportCase(
            "T12", .capability, "An error that ends a stream is thrown after the messages that were sent before it.",
            rationale: "An error overtakes earlier messages.", capabilities: ["streams"]
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
            try context.expect(texts, is: (0..<50).map(String.init), "the messages before the error")
            try context.expect(error.message, is: "no more", "the message of the error")
        },
        TransportCase(
            "T55", .capability, "Streams apply back-pressure in both directions.",
            rationale: "A fast sender fills the memory of a slow reader.",
            capabilities: ["streams", "backPressure"], verifyUnsupported: overflowEndsStreams
        ) { context in
            let (sentByServer, sentByClient, gate) = (CallCounter(), CallCounter(), AsyncGate())
            let message = ByteBuffer(repeating: 0x43, count: 64 * 1024)
            let total = 1024
            let address = try await context.serveStream { _, stream in
                for _ in 0..<total {
                    try await stream.send(message)
                    sentByServer.add()
                }
                await gate.wait()
                var count = 0
                for try await _ in stream { count += 1 }
                try await stream.send("\(count)")
            }
            let stream = try await context.open(at: address)
            // 64 MiB exceed the capacity of all buffers between both sides.
            try await Self.waitUntilBlocked(context, sent: sentByServer, below: total)
            var responses = stream.makeAsyncIterator()
            for _ in 0..<total {
                let size = try await responses.next()?.readableBytes
                try context.expect(size, is: message.readableBytes, "the size of a message")
            }
            async let sending: Void = {
                for _ in 0..<total {
                    try await stream.send(message)
                    sentByClient.add()
                }
                try await stream.finish()
            }()
            try await Self.waitUntilBlocked(context, sent: sentByClient, below: total)
            gate.open()
            try await sending
            let count = try await responses.next().map { String(buffer: $0) }
            try context.expect(count, is: "\(total)", "the number of messages of the client")
        },
        TransportCase(
            "T57", .capability, "Concurrent streams of one client each get their own messages.",
            rationale: "Messages of one stream arrive on another.", capabilities: ["streams"]
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
            "T58", .capability, "A stream message that is too large is refused, and the stream continues.",
            rationale: "A message that is too large ends the stream without an error.", capabilities: ["streams"]
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
        TransportCase(
            "T64", .capability, "Headers and media type of the request that opens a stream reach its handler.",
            rationale: "Metadata and traces of streams are lost.", capabilities: ["streams"]
        ) { context in
            let headers: Headers = [
                "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "X-User-Id": "john",
            ]
            let address = try await context.serveStream { request, stream in
                try await stream.send(request.contentType)
                for (name, value) in request.headers { try await stream.send("\(name)=\(value)") }
            }
            let stream = try await context.open(at: address, headers: headers)
            try await stream.finish()
            let texts = try await context.texts(of: stream)
            try context.expect(texts.first, is: "application/octet-stream", "the media type")
            try context.expect(
                texts.dropFirst().sorted(), is: headers.map { "\($0.name)=\($0.value)" }.sorted(), "the headers")
        },
        TransportCase(
            "T65", .capability, "Stream messages of any size and bytes arrive unchanged, in both directions.",
            rationale: "Messages are processed as text, or split at line breaks.", capabilities: ["streams"]
        ) { context in
            let messages: [ByteBuffer] = [
                ByteBuffer(bytes: [UInt8](0...255)), ByteBuffer(bytes: [0xFF, 0xFE, 0x00, 0xC3, 0x28]),
                ByteBuffer(bytes: [0xED, 0xA0, 0x80]), ByteBuffer(string: "\r\n\r\n"),
                ByteBuffer(string: "0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), ByteBuffer(bytes: [0]),
                ByteBuffer(string: "\"}],\\u0000"),
            ]
            let address = try await context.serveStream { _, stream in
                var received: [ByteBuffer] = []
                for try await message in stream {
                    received.append(message)
                    try await stream.send(message)
                }
                guard received == messages else { throw MicroError(.invalidArgument, "the messages have changed") }
            }
            let echo = try await context.serveStream { _, stream in
                for try await message in stream { try await stream.send(message) }
            }
            let stream = try await context.open(at: address)
            for message in messages { try await stream.send(message) }
            try await stream.finish()
            var found: [ByteBuffer] = []
            for try await message in stream { found.append(message) }
            try context.expect(found, is: messages, "the messages")
            let large = try await context.open(at: echo)
            var echoes = large.makeAsyncIterator()
            let maxSize = min(300_000, context.client.capabilities.maxBodySize)
            for size in [70_000, maxSize] {
                let message = ByteBuffer(bytes: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) })
                try await large.send(message)
                try context.expect(try await echoes.next() == message, "a message of \(size) bytes arrives unchanged")
            }
            try await large.finish()
        },
    ]

    /// Waits until a sender sends nothing more during an observation window, before it has sent everything.
    private static func waitUntilBlocked(
        _ context: TransportTestContext, sent: CallCounter, below total: Int
    ) async throws {
        var last = -1
        let end = ContinuousClock.now + context.bounds.timeouts.response
        while true {
            let now = sent.value
            try context.expect(now < total, "the sender is blocked before it has sent all \(total) messages")
            if now == last { return }
            try context.expect(ContinuousClock.now < end, "the sender is blocked")
            last = now
            try await Task.sleep(for: context.bounds.observationWindow)
        }
    }
}
