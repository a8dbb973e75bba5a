// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    static let bodies = [
        TransportCase(
            "T01", .core, "An empty request gets an empty response with the media type of the service.",
            rationale: "Adapters treat an empty body as a missing one, or as the end of the connection."
        ) { context in
            let listener = try await context.serve { request in
                TransportResponse(
                    contentType: "text/plain",
                    body: ByteBuffer(string: request.body.readableBytes == 0 ? "" : "not empty"))
            }
            for _ in 0..<3 {
                let response = try await context.client.call(context.request(), to: listener.address)
                try context.expect(response.body.readableBytes, is: 0, "the size of the response")
                try context.expect(response.contentType, is: "text/plain", "the media type of the response")
                try context.expect(response.headers, is: [:], "the headers of the response")
            }
        },
        TransportCase(
            "T02", .core, "A request of 271,828 bytes and a response of 314,159 bytes arrive unchanged.",
            rationale: "Bodies larger than a buffer are truncated or reordered."
        ) { context in
            let (requestBody, responseBody) = (pattern(271_828), pattern(314_159))
            let listener = try await context.serve { request in
                guard request.body == requestBody else { throw MicroError(.invalidArgument, "the body has changed") }
                return TransportResponse(contentType: request.contentType, body: responseBody)
            }
            for _ in 0..<2 {
                let response = try await context.client.call(context.request(body: requestBody), to: listener.address)
                try context.expect(response.body, is: responseBody, "the body of the response")
            }
        },
        TransportCase(
            "T04", .core, "Bodies with any bytes arrive unchanged: all byte values, invalid UTF-8, line breaks.",
            rationale: "Bodies are processed as text."
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
            "Bodies of the maximum size arrive; larger ones fail as payloadTooLarge without affecting other calls.",
            rationale: "A body that is too large closes the connection, with all its calls."
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
            async let other = context.call("", "Case.Wait", at: listener.address)
            await waiting.wait()
            for size in [maxBodySize, maxBodySize + 1] {
                let largeRequest = context.request(body: ByteBuffer(repeating: 0x41, count: size))
                let largeResponse = context.request(headers: ["size": "\(size)"])
                for (request, kind, responseSize) in [(largeRequest, "request", 0), (largeResponse, "response", size)] {
                    if size == maxBodySize {
                        let response = try await context.client.call(request, to: listener.address)
                        try context.expect(
                            response.body.readableBytes, is: responseSize, "the size of the response (large \(kind))")
                    } else {
                        try await context.expectError(.payloadTooLarge, from: "a \(kind) of \(size) bytes") {
                            _ = try await context.client.call(request, to: listener.address)
                        }
                    }
                }
            }
            gate.open()
            try context.expect(try await other, is: "", "the response of the other call")
        },
        TransportCase(
            "T06", .stress, "Many concurrent large calls of one client each get their own response.",
            rationale: "Under load, responses are mixed up or calls get none."
        ) { context in
            let listener = try await context.serve()
            let count = context.bounds.callCount
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<32 {
                    group.addTask {
                        for number in stride(from: worker, to: count, by: 32) {
                            let body = largeBody(number)
                            let response = try await context.client.call(
                                context.request(body: body), to: listener.address)
                            try context.expect(response.body, is: body, "the response of call \(number)")
                        }
                    }
                }
                try await group.waitForAll()
            }
        },
    ]

    /// Pseudorandom bytes that depend on their number, so that displaced parts of a body are detected.
    private static func pattern(_ count: Int) -> ByteBuffer {
        var state = UInt32(truncatingIfNeeded: count)
        return ByteBuffer(
            bytes: (0..<count).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return UInt8(truncatingIfNeeded: state >> 24)
            })
    }

    /// Generated once: a case that generates a body for each of many calls delays all other tasks.
    private static let sharedPattern = pattern(80_000)

    /// A body of 60 to 70 KB that differs from those of the next ten thousand numbers.
    private static func largeBody(_ number: Int) -> ByteBuffer {
        let offset = number % 10_000
        return sharedPattern.getSlice(at: offset, length: 60_000 + offset) ?? sharedPattern
    }
}
