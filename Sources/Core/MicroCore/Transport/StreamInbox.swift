// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import NIOCore
import Synchronization

/// The unread received messages of a stream, and the end of the stream.
final class StreamInbox: Sendable {
    /// A message (nil at the end), and whether the transport has to resume receiving.
    typealias ReadResult = (message: ByteBuffer?, hasRoomAgain: Bool)

    private typealias Reader = Promise<ByteBuffer?>

    private struct State {
        let limit: Int
        var messages = Deque<ByteBuffer>()
        var bytes = 0
        /// Whether the transport was instructed to stop receiving.
        var isFull = false
        var reader: Reader?
        /// The end: normal, or an error that every later read throws again.
        var end: Result<Void, any Error>?

        mutating func put(_ message: ByteBuffer) {
            messages.append(message)
            bytes += message.readableBytes + StreamInbox.overheadPerMessage
            if bytes >= limit { isFull = true }
        }

        /// Takes a message, or the end; nil if a reader has to wait.
        mutating func take() -> Result<ReadResult, any Error>? {
            guard let message = messages.popFirst() else { return end.map { $0.map { (nil, false) } } }
            bytes -= message.readableBytes + StreamInbox.overheadPerMessage
            // Resuming only when half of the buffer is free avoids stopping and resuming for every message.
            guard isFull, bytes <= limit / 2 else { return .success((message, false)) }
            isFull = false
            return .success((message, end == nil))
        }

        mutating func takeReader() -> Reader? {
            defer { reader = nil }
            return reader
        }
    }

    /// Added to the size of each message, so that many small messages fill the buffer as well.
    private static let overheadPerMessage = 64

    private let state: Mutex<State>

    init(limit: Int) { state = Mutex(State(limit: limit)) }

    var hasEnded: Bool { state.withLock { $0.end != nil } }

    /// Adds a message.
    ///
    /// - Returns: Whether there is room for more.
    func put(_ message: ByteBuffer) -> Bool {
        let (reader, hasRoom) = state.withLock { state -> (Reader?, Bool) in
            guard state.end == nil else { return (nil, true) }
            if let reader = state.takeReader() { return (reader, true) }
            state.put(message)
            return (nil, !state.isFull)
        }
        reader?.resolve(with: .success(message))
        return hasRoom
    }

    /// Records the end that the other side or the transport caused.
    func end(throwing error: (any Error)?) {
        let end: Result<Void, any Error> = error.map { .failure($0) } ?? .success(())
        let reader = state.withLock { state -> Reader? in
            // The connection can still fail after the other side has ended normally.
            switch (state.end, error) {
            case (nil, _), (.success, .some): state.end = end
            default: return nil
            }
            return state.takeReader()
        }
        reader?.resolve(with: end.map { nil })
    }

    /// Ends the stream from this side.
    ///
    /// - Returns: False if the stream has already failed or been cancelled.
    func cancel() -> Bool {
        let (isFirst, reader) = state.withLock { state -> (Bool, Reader?) in
            if case .failure = state.end { return (false, nil) }
            state.end = .failure(CancellationError())
            state.messages = []
            return (true, state.takeReader())
        }
        reader?.reject(with: CancellationError())
        return isFirst
    }

    /// Waits for the next message. The caller has to call ``cancel()`` when its task is cancelled.
    func next() async throws -> ReadResult {
        let (available, reader) = state.withLock { state -> (Result<ReadResult, any Error>?, Reader?) in
            if let available = state.take() { return (available, nil) }
            guard state.reader == nil else { return (.failure(Self.multipleReadersError), nil) }
            let reader = Reader()
            state.reader = reader
            return (nil, reader)
        }
        if let available { return try available.get() }
        return (try await reader?.uncancellableValue(), false)
    }

    private static let multipleReadersError = MicroError(
        .invalidArgument, "a stream supports a single reader: read it in one task",
        origin: MicroError.Origin.transport)
}
