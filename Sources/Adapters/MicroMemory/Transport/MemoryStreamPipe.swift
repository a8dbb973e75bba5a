// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Synchronization

/// One direction of a stream in memory: one side sends into it, the other side reads from it.
final class MemoryStreamPipe: Sendable {
    private struct State {
        var inbox: TransportStream.Source?
        var isFull = false
        /// The error for later sends; nil while the direction is open.
        var end: (any Error)?
        var waitingSenders: [Promise<Void>] = []
    }

    private let state = Mutex(State())

    func connect(to inbox: TransportStream.Source) { state.withLock { $0.inbox = inbox } }

    /// Sends a message once there is room. Cancellation of the stream ends the wait.
    func send(_ message: ByteBuffer) async throws {
        while let room = try yieldOrEnqueue(message) { try await room.uncancellableValue() }
    }

    /// Delivers a message.
    ///
    /// - Returns: A promise that is resolved when there is room, if there is none; in that case, the message was not
    ///   delivered.
    private func yieldOrEnqueue(_ message: ByteBuffer) throws -> Promise<Void>? {
        try state.withLock { state in
            if let end = state.end { throw end }
            guard state.isFull else {
                state.isFull = state.inbox?.yield(message) == false
                return nil
            }
            let room = Promise<Void>()
            state.waitingSenders.append(room)
            return room
        }
    }

    /// Ends the direction.
    ///
    /// - Parameters:
    ///   - reason: The error for later sends, unless the direction has already ended.
    ///   - readerEnd: The end that the reader gets after all messages; nil if the reader gets none.
    func end(sender reason: any Error, readerEnd: Result<Void, any Error>? = nil) {
        let inbox = state.withLock { state in
            state.end = state.end ?? reason
            return state.inbox
        }
        wakeSenders { _ in }
        switch readerEnd {
        case .success?: inbox?.finish()
        case .failure(let error)?: inbox?.finish(throwing: error)
        case nil: break
        }
    }

    /// Continues after the reader has made room.
    func resume() { wakeSenders { $0.isFull = false } }

    private func wakeSenders(_ change: (inout State) -> Void) {
        let waiting = state.withLock { state in
            change(&state)
            defer { state.waitingSenders = [] }
            return state.waitingSenders
        }
        for sender in waiting { sender.resolve() }
    }
}
