// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import NIOPosix
import Testing

@testable import MicroHTTP

@Suite(.timeLimit(.minutes(1))) struct StreamPipeTests {
    /// A connection that fails while a message is written, and never becomes writable again.
    private final class FailingConnection: HTTPStreamConnection {
        weak var pipe: HTTPStreamPipe?
        let isWritable = false

        func write(_ message: ByteBuffer) { pipe?.end(MicroError(.unavailable, "the connection was lost")) }
        func writeEnd() {}
        func resume() {}
        func abort() {}
    }

    @Test("a send whose write ends the stream fails with the reason") func failedWriteFailsSend() async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let error = try await microError {
            try await withCheckedThrowingContinuation { (sender: CheckedContinuation<Void, any Error>) in
                eventLoop.execute {
                    let connection = FailingConnection()
                    let (stream, pipe) = HTTPStreamPipe.make(on: connection, eventLoop, maxBodySize: 100)
                    connection.pipe = pipe
                    pipe.send(ByteBuffer(string: "a"), sender)
                    // Resumes the sender if it still waits.
                    pipe.endSending(CancellationError())
                    withExtendedLifetime(connection) {}
                    withExtendedLifetime(stream) {}
                }
            }
        }
        #expect(error.code == .unavailable)
    }
}
