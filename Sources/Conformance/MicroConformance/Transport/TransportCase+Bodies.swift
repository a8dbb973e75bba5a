// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    static let bodies = [
        TransportCase(
            "T01", .core, "An empty request gets an empty response, and both say what they are",
            rationale: "What is empty is taken for absent, or for the end of the connection."
        ) { context in
            let listener = try await context.serve { request in
                TransportResponse(
                    contentType: "text/plain", body: ByteBuffer(string: request.body.isEmpty ? "" : "full"))
            }
            for _ in 0..<3 {
                let response = try await context.client.call(context.request(), to: listener.address)
                try context.expect(response.body.readableBytes, is: 0, "the size of the response")
                try context.expect(response.contentType, is: "text/plain", "the media type of the response")
                try context.expect(response.headers, is: [:], "the headers of the response")
            }
        },
        TransportCase(
            "T02", .core, "Bodies larger than any buffer arrive whole: 271,828 bytes up, 314,159 down",
            rationale: "What comes in several pieces is cut, or put together in another order."
        ) { context in
            let (up, down) = (pattern(271_828), pattern(314_159))
            let listener = try await context.serve { request in
                guard request.body == up else { throw MicroError(.invalidArgument, "another body came") }
                return TransportResponse(contentType: request.contentType, body: down)
            }
            for _ in 0..<2 {
                let response = try await context.client.call(context.request(body: up), to: listener.address)
                try context.expect(response.body == down, "the body of the response is as it was")
            }
        },
        TransportCase(
            "T04", .core, "Bodies of any bytes arrive as they were: all values of a byte, invalid UTF-8, line ends",
            rationale: "Bodies are read as text somewhere on the way."
        ) { context in
            let listener = try await context.serve()
            let bodies: [[UInt8]] = [
                [UInt8](0...255), [0xFF, 0xFE, 0x00, 0xC3, 0x28], [0xED, 0xA0, 0x80], Array("\r\n\r\n".utf8),
                Array("HTTP/1.1 200 OK\r\n\r\n".utf8), [0], Array("\"}],\\u0000".utf8),
            ]
            for body in bodies.map({ ByteBuffer(bytes: $0) }) {
                let response = try await context.client.call(context.request(body: body), to: listener.address)
                try context.expect(response.body, is: body, "the body")
            }
        },
        TransportCase(
            "T05", .core,
            "Bodies up to the largest pass, one byte more is payloadTooLarge, and the other calls live on",
            rationale: "What is too large takes the connection with it, and all calls on it."
        ) { context in
            let maxBodySize = context.capabilities.maxBodySize
            let (waiting, gate) = (AsyncGate(), AsyncGate())
            let listener = try await context.serve { request in
                if request.endpoint == "Case.Wait" {
                    waiting.open()
                    await gate.wait()
                }
                let size = Int(request.headers["size"] ?? "") ?? 0
                return TransportResponse(
                    contentType: request.contentType, body: ByteBuffer(repeating: 0x41, count: size))
            }
            async let other = context.call(at: listener.address, endpoint: "Case.Wait")
            await waiting.wait()
            for size in [maxBodySize, maxBodySize + 1] {
                let up = context.request(body: ByteBuffer(repeating: 0x41, count: size))
                let down = context.request(headers: ["size": "\(size)"])
                for (request, label) in [(up, "a request"), (down, "a response")] {
                    if size == maxBodySize {
                        let response = try await context.client.call(request, to: listener.address)
                        let expected = label == "a request" ? 0 : size
                        try context.expect(
                            response.body.readableBytes, is: expected, "the size of the answer to \(label)")
                    } else {
                        try await context.expectError(.payloadTooLarge, from: "\(label) of \(size) bytes") {
                            _ = try await context.client.call(request, to: listener.address)
                        }
                    }
                }
            }
            gate.open()
            try context.expect(try await other, is: "", "the answer of the other call")
        },
        TransportCase(
            "T06", .stress, "Many large calls at once on one client are all answered, each with its own answer",
            rationale: "Answers are mixed up, or calls starve, when there are many."
        ) { context in
            let listener = try await context.serve()
            let count = context.bounds.calls
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<32 {
                    group.addTask {
                        for number in stride(from: worker, to: count, by: 32) {
                            let body = pattern(60_000 + number)
                            let response = try await context.client.call(
                                context.request(body: body), to: listener.address)
                            try context.expect(response.body == body, "the answer of call \(number) is its own")
                        }
                    }
                }
                try await group.waitForAll()
            }
        },
    ]

    /// Bytes that are the same nowhere.
    private static func pattern(_ count: Int) -> ByteBuffer {
        var state = UInt32(truncatingIfNeeded: count)
        return ByteBuffer(
            bytes: (0..<count).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return UInt8(truncatingIfNeeded: state >> 24)
            })
    }
}

extension TransportTestContext {
    fileprivate func call(at address: Address, endpoint: String) async throws -> String {
        try await call("", endpoint, at: address)
    }
}

extension ByteBuffer {
    var isEmpty: Bool { readableBytes == 0 }
}
