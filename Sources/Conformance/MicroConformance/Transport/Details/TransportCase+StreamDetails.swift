// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    /// Cases about the ends of streams.
    static let streamDetails = [
        TransportCase(
            "T70", .capability, "Finishing a stream twice is allowed; sending afterwards fails with closed.",
            rationale: "A message after the end is dropped silently, or the second end crashes.",
            capabilities: ["streams"]
        ) { context in
            let address = try await context.serveStream { request, stream in
                for try await message in stream { try await stream.send(message) }
                try await stream.send("\(request.service) \(request.endpoint)")
            }
            let stream = try await context.open(at: address)
            try await stream.send("a")
            try await stream.finish()
            try await stream.finish()
            try await context.expectError(.closed, from: "sending after the end") { try await stream.send("b") }
            try context.expect(
                try await context.texts(of: stream), is: ["a", "\(TransportTestContext.service) Case.Stream"],
                "the messages")
            try await stream.finish()
            stream.cancel()
            let next = try await context.open(at: address)
            try await next.send("c")
            try await next.finish()
            try context.expect(try await context.texts(of: next).first, is: "c", "the first message of the next stream")
        },
        TransportCase(
            "T88", .capability, "On both sides of a stream, one task reads while another one sends.",
            rationale: "A waiting reader holds a lock that sending on the same side needs.", capabilities: ["streams"]
        ) { context in
            let numbers = (0..<50).map(String.init)
            let address = try await context.serveStream { _, stream in
                let gate = AsyncGate()
                async let count = stream.reduce(0) { count, _ in
                    gate.open()
                    return count + 1
                }
                // The client has to send first, while its reader waits.
                await gate.wait()
                for number in numbers { try await stream.send("server \(number)") }
                try await stream.send("received \(try await count)")
            }
            let stream = try await context.open(at: address)
            async let received = context.texts(of: stream)
            for number in numbers { try await stream.send("client \(number)") }
            try await stream.finish()
            try context.expect(
                try await received, is: numbers.map { "server \($0)" } + ["received \(numbers.count)"], "the messages")
        },
        TransportCase(
            "T74", .capability,
            "A drain waits for open streams, refuses new ones, and cancels the rest at its deadline.",
            rationale: "A restart cuts off open streams, or open streams keep the server running.",
            capabilities: ["streams"]
        ) { context in
            let server = try await context.makeTransport()
            let echo: TransportStreamHandler = { _, stream in
                for try await message in stream { try await stream.send(message) }
            }
            let listener = try await context.serve(by: server, streams: { $0 == "Case.Stream" ? echo : nil })
            func open() async throws -> (TransportStream, TransportStream.Iterator) {
                let stream = try await context.open(at: listener.address)
                try await stream.send("first")
                var iterator = stream.makeAsyncIterator()
                let first = try await iterator.next()
                try context.expect(first.map { String(buffer: $0) }, is: "first", "the first message")
                return (stream, iterator)
            }
            var (finishing, messages) = try await open()
            var (endless, others) = try await open()
            let drained = Task { await listener.drain(deadline: .now + .seconds(1)) }
            try await context.eventually("new streams are refused") {
                do {
                    let stream = try await context.open(at: listener.address, within: .milliseconds(300))
                    try await stream.finish()
                    _ = try await context.texts(of: stream)
                    return false
                } catch let error as MicroError { return error.code == .unavailable }
            }
            for text in ["during", "the drain"] {
                try await finishing.send(text)
                let message = try await messages.next()
                try context.expect(message.map { String(buffer: $0) }, is: text, "a message during the drain")
            }
            try await finishing.finish()
            let end = try await messages.next()
            try context.expect(end, is: nil, "the end of the stream")
            let duration = try await context.measure { await drained.value }
            try context.expect(duration < .seconds(3), "the drain ends soon after its deadline; it took \(duration)")
            try await context.expectError(.unavailable, from: "reading a stream that was open at the deadline") {
                _ = try await others.next()
            }
            endless.cancel()
        },
        TransportCase(
            "T78", .capability, "Releasing a stream before its end cancels it, and its handler.",
            rationale: "A caller that returns early leaves its stream and its handler behind.",
            capabilities: ["streams"]
        ) { context in
            let ended = CallCounter()
            let address = try await context.serveStream { _, stream in
                defer { ended.add() }
                try await stream.send("first")
                for try await _ in stream {}
            }
            func readFirst() async throws -> String? {
                let stream = try await context.open(at: address)
                for try await message in stream { return String(buffer: message) }
                return nil
            }
            try context.expect(try await readFirst(), is: "first", "the first message")
            try await context.eventually(
                "the handler of the released stream ends", within: context.bounds.timeouts.cancellation * 2
            ) { ended.value == 1 }
        },
    ]
}
