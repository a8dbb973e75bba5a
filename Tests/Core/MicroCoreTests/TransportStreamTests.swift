// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import TestSupport
import Testing

/// Sends nothing.
private struct SilentDelegate: TransportStreamDelegate {
    func send(_ message: ByteBuffer) async throws {}
    func finish() async throws {}
    func resume() {}
    func cancel() {}
}

@Suite(.timeLimit(.minutes(1))) struct TransportStreamTests {
    @Test func secondReaderIsRefused() async throws {
        let (stream, source) = TransportStream.makeStream(delegate: SilentDelegate())
        try await withThrowingTaskGroup(of: String.self) { (group) async throws in
            for _ in 0..<2 {
                group.addTask {
                    do { return try await stream.reduce("") { $0 + String(buffer: $1) } } catch let error as MicroError
                    {
                        return "\(error.code)"
                    }
                }
            }
            // The other one waits for a message.
            #expect(try await group.next() == "invalidArgument")
            source.yield(ByteBuffer(string: "a"))
            source.finish()
            #expect(try await group.next() == "a")
        }
    }

    @Test func messagesBeforeTheEndAreRead() async throws {
        let (stream, source) = TransportStream.makeStream(delegate: SilentDelegate())
        source.yield(ByteBuffer(string: "a"))
        source.finish(throwing: MicroError(.unavailable, "lost"))
        source.yield(ByteBuffer(string: "b"))
        var texts: [String] = []
        await #expect {
            for try await message in stream { texts.append(String(buffer: message)) }
        } throws: {
            ($0 as? MicroError)?.code == .unavailable
        }
        #expect(texts == ["a"])
    }
}
