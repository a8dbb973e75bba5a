// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import NIOCore
import Synchronization

/// The messages of a stream that nobody has read yet, and how it ended.
final class StreamInbox: Sendable {
    /// A message, nil at the end; and whether the transport has to be told that there is room again.
    typealias ReadResult = (message: ByteBuffer?, hasRoomAgain: Bool)

    private struct State {
        let limit: Int
        var messages = Deque<ByteBuffer>()
        var bytes = 0
        /// Whether the transport was told that it is enough.
        var isFull = false
        var reader: CheckedContinuation<ByteBuffer?, any Error>?
        /// How it ended: in order, or by an error, which every later reader gets as well.
        var end: Result<Void, any Error>?

        mutating func put(_ message: ByteBuffer) {
            messages.append(message)
            bytes += message.readableBytes + StreamInbox.overheadPerMessage
            if bytes >= limit { isFull = true }
        }

        /// What is there, or the end; nil if a reader has to wait.
        mutating func take() -> Result<ReadResult, any Error>? {
            guard let message = messages.popFirst() else { return end.map { $0.map { (nil, false) } } }
            bytes -= message.readableBytes + StreamInbox.overheadPerMessage
            // Only when half of it is free: otherwise reading would stop and go on with every message.
            guard isFull, bytes <= limit / 2 else { return .success((message, false)) }
            isFull = false
            return .success((message, end == nil))
        }

        mutating func takeReader() -> CheckedContinuation<ByteBuffer?, any Error>? {
            defer { reader = nil }
            return reader
        }
    }

    /// What a message costs beside its bytes: many small ones fill the buffer, too.
    private static let overheadPerMessage = 64

    private let state: Mutex<State>

    init(limit: Int) { state = Mutex(State(limit: limit)) }

    var hasEnded: Bool { state.withLock { $0.end != nil } }

    /// Whether there is room for more.
    func put(_ message: ByteBuffer) -> Bool {
        let (reader, hasRoom) = state.withLock { state in
            guard state.end == nil else { return (nil as CheckedContinuation<ByteBuffer?, any Error>?, true) }
            if let reader = state.takeReader() { return (reader, true) }
            state.put(message)
            return (nil, !state.isFull)
        }
        reader?.resume(returning: message)
        return hasRoom
    }

    /// The other side's end.
    func end(throwing error: (any Error)?) {
        let end: Result<Void, any Error> = error.map { .failure($0) } ?? .success(())
        let reader = state.withLock { state in
            // After an end in order the connection may still break.
            switch (state.end, error) {
            case (nil, _), (.success, .some): state.end = end
            default: return nil as CheckedContinuation<ByteBuffer?, any Error>?
            }
            return state.takeReader()
        }
        reader?.resume(with: end.map { nil })
    }

    /// This side's end.
    ///
    /// - Returns: False if the stream had failed or was cancelled before.
    func cancel() -> Bool {
        let (isFirst, reader) = state.withLock { state in
            if case .failure = state.end { return (false, nil as CheckedContinuation<ByteBuffer?, any Error>?) }
            state.end = .failure(CancellationError())
            state.messages = []
            return (true, state.takeReader())
        }
        reader?.resume(throwing: CancellationError())
        return isFirst
    }

    /// The next message.
    func next(isolation actor: isolated (any Actor)?) async throws -> ReadResult {
        if let available = state.withLock({ $0.take() }) { return try available.get() }
        var immediateResult: ReadResult?
        let message = try await withCheckedThrowingContinuation(isolation: actor) { continuation in
            let available = state.withLock { state -> Result<ReadResult, any Error>? in
                if let available = state.take() { return available }
                guard state.reader == nil else { return .failure(Self.multipleReadersError) }
                state.reader = continuation
                return nil
            }
            guard let available else { return }
            immediateResult = try? available.get()
            continuation.resume(with: available.map(\.message))
        }
        return immediateResult ?? (message, false)
    }

    private static let multipleReadersError = MicroError(
        .invalidArgument, "two tasks read one stream: let one read, and hand on", origin: MicroError.Origin.transport)
}
