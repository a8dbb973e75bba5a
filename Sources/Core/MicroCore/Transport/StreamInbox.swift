// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import NIOCore
import Synchronization

/// The messages of a stream that nobody has read yet, and how it ended.
final class StreamInbox: Sendable {
    /// A message, nil at the end; and whether the transport has to be told that there is room again.
    typealias ReadResult = (message: ByteBuffer?, hasRoomAgain: Bool)

    private struct Content {
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

    private let content: Mutex<Content>

    init(limit: Int) { content = Mutex(Content(limit: limit)) }

    var hasEnded: Bool { content.withLock { $0.end != nil } }

    /// Whether there is room for more.
    func put(_ message: ByteBuffer) -> Bool {
        let (reader, hasRoom) = content.withLock { content in
            guard content.end == nil else { return (nil as CheckedContinuation<ByteBuffer?, any Error>?, true) }
            if let reader = content.takeReader() { return (reader, true) }
            content.put(message)
            return (nil, !content.isFull)
        }
        reader?.resume(returning: message)
        return hasRoom
    }

    /// The other side's end.
    func end(throwing error: (any Error)?) {
        let end: Result<Void, any Error> = error.map { .failure($0) } ?? .success(())
        let reader = content.withLock { content in
            // After an end in order the connection may still break.
            switch (content.end, error) {
            case (nil, _), (.success, .some): content.end = end
            default: return nil as CheckedContinuation<ByteBuffer?, any Error>?
            }
            return content.takeReader()
        }
        reader?.resume(with: end.map { nil })
    }

    /// This side's end.
    ///
    /// - Returns: False if the stream had failed or was cancelled before.
    func cancel() -> Bool {
        let (isFirst, reader) = content.withLock { content in
            if case .failure = content.end { return (false, nil as CheckedContinuation<ByteBuffer?, any Error>?) }
            content.end = .failure(CancellationError())
            content.messages = []
            return (true, content.takeReader())
        }
        reader?.resume(throwing: CancellationError())
        return isFirst
    }

    /// The next message.
    func next(isolation actor: isolated (any Actor)?) async throws -> ReadResult {
        if let available = content.withLock({ $0.take() }) { return try available.get() }
        var immediateResult: ReadResult?
        let message = try await withCheckedThrowingContinuation(isolation: actor) { continuation in
            let available = content.withLock { content -> Result<ReadResult, any Error>? in
                if let available = content.take() { return available }
                guard content.reader == nil else { return .failure(Self.multipleReadersError) }
                content.reader = continuation
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
