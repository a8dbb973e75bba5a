// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    static let streamIsUnsupported: @Sendable (TransportTestContext) async throws -> Void = { context in
        let address = try await context.serve().address
        try await context.expectError(.unsupported, from: "opening a stream") {
            _ = try await context.open(at: address)
        }
        try await context.expectStillServing(address, after: "the stream that was refused")
    }

    /// Without back-pressure, the sender is not delayed, and the stream of a reader that falls behind ends.
    static let overflowEndsStreams: @Sendable (TransportTestContext) async throws -> Void = { context in
        guard context.claims.contains("streams") else { return try await streamIsUnsupported(context) }
        let (hasSent, message) = (AsyncGate(), ByteBuffer(repeating: 0x43, count: 64 * 1024))
        let limit = context.bounds.timeouts.response
        let address = try await context.serveStream { _, stream in
            // 64 MiB exceed the capacity of all buffers between both sides. The end of the stream can stop the sender.
            for _ in 0..<1024 { do { try await stream.send(message) } catch { break } }
            hasSent.open()
        }
        let stream = try await context.open(at: address, within: limit * 3)
        try await context.eventually("a sender whose reader does not read is not delayed", within: limit) {
            hasSent.isOpen
        }
        try await context.expectError(.resourceExhausted, from: "reading after falling behind") {
            for try await _ in stream {}
        }
    }
}
