// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// The functions that an intercepted stream applies to its messages: see ``TransportStream/intercepted(sending:receiving:onEnd:)``.
final class StreamInterceptor: Sendable {
    let sending: @Sendable (ByteBuffer) throws -> ByteBuffer
    private let receiving: @Sendable (ByteBuffer) throws -> ByteBuffer?
    private let onEnd: @Sendable ((any Error)?) -> Void
    private let hasEnded = Atomic(false)
    /// Whether `receiving` has reported the end of the other side.
    private let hasPeerFinished = Atomic(false)

    init(
        sending: @escaping @Sendable (ByteBuffer) throws -> ByteBuffer,
        receiving: @escaping @Sendable (ByteBuffer) throws -> ByteBuffer?,
        onEnd: @escaping @Sendable ((any Error)?) -> Void
    ) {
        self.sending = sending
        self.receiving = receiving
        self.onEnd = onEnd
    }

    func next(of stream: TransportStream, isolation actor: isolated (any Actor)?) async throws -> ByteBuffer? {
        if hasPeerFinished.load(ordering: .relaxed) { return nil }
        do {
            var messages = stream.makeAsyncIterator()
            if let received = try await messages.next(isolation: actor) {
                if let message = try receiving(received) { return message }
                hasPeerFinished.store(true, ordering: .relaxed)
            }
            end(nil)
            return nil
        } catch {
            end(error)
            stream.cancel()
            throw error
        }
    }

    /// Reports the end of the stream, once.
    func end(_ error: (any Error)?) {
        if !hasEnded.exchange(true, ordering: .relaxed) { onEnd(error) }
    }
}
