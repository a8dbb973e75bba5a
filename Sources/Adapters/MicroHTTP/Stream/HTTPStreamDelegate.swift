// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// Runs the operations of a stream's user on the event loop of the connection.
final class HTTPStreamDelegate: TransportStreamDelegate {
    let pipe: NIOLoopBoundBox<HTTPStreamPipe?>

    init(_ eventLoop: any EventLoop) { pipe = NIOLoopBoundBox(nil, eventLoop: eventLoop) }

    func send(_ message: ByteBuffer) async throws {
        try await withCheckedThrowingContinuation { (sender: CheckedContinuation<Void, any Error>) in
            perform { pipe in
                do { try pipe.check(message) } catch { return sender.resume(throwing: error) }
                pipe.send(message, sender)
            }
        }
    }

    func finish() async throws {
        try await withCheckedThrowingContinuation { (sender: CheckedContinuation<Void, any Error>) in
            perform { $0.finish(sender) }
        }
    }

    func resume() { perform { $0.resume() } }

    func cancel() { perform { $0.cancel() } }

    private func perform(_ action: @escaping @Sendable (HTTPStreamPipe) -> Void) {
        let eventLoop = pipe.eventLoop
        if eventLoop.inEventLoop {
            if let pipe = pipe.value { action(pipe) }
        } else {
            eventLoop.execute { [pipe] in
                if let pipe = pipe.value { action(pipe) }
            }
        }
    }
}
