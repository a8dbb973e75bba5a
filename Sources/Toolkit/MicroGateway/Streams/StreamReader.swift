// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Synchronization

/// Reads a stream with a time limit for each wait. Releasing the reader cancels the stream. One task may read.
final class StreamReader: Sendable {
    /// The result of a wait.
    enum Next: Sendable {
        case message(ByteBuffer)
        /// The service has ended the stream normally.
        case end
        /// There was no message within the limit.
        case timedOut
    }

    /// Shared with the task that reads, which must not keep the reader alive.
    private final class Slot: Sendable {
        struct State {
            var result: Result<ByteBuffer?, any Error>?
            var isReading = false
            var waiter: Promise<Void>?
        }

        let state = Mutex(State())
    }

    private let stream: TransportStream
    private let slot = Slot()

    init(_ stream: TransportStream) { self.stream = stream }

    deinit { stream.cancel() }

    /// Waits for the next message.
    ///
    /// - Throws: The error that ended the stream, or `CancellationError`.
    func next(within limit: Duration) async throws -> Next {
        let waiter = Promise<Void>()
        let (result, mustRead) = slot.state.withLock { state in
            if let result = state.result.take() { return (result as Result<ByteBuffer?, any Error>?, false) }
            state.waiter = waiter
            defer { state.isReading = true }
            return (nil, !state.isReading)
        }
        if let result { return try Self.next(result) }
        if mustRead { read() }
        do {
            try await waiter.value(until: .now + limit, orThrow: MicroError(.deadlineExceeded, "no message"))
        } catch is MicroError {
            return .timedOut
        }
        guard let result = slot.state.withLock({ $0.result.take() }) else { return .timedOut }
        return try Self.next(result)
    }

    private func read() {
        Task { [stream, slot] in
            let result: Result<ByteBuffer?, any Error>
            do {
                var messages = stream.makeAsyncIterator()
                result = .success(try await messages.next())
            } catch {
                result = .failure(error)
            }
            let waiter = slot.state.withLock { state in
                state.result = result
                state.isReading = false
                return state.waiter.take()
            }
            waiter?.resolve()
        }
    }

    private static func next(_ result: Result<ByteBuffer?, any Error>) throws -> Next {
        try result.get().map(Next.message) ?? .end
    }
}
