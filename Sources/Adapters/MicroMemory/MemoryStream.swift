// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Synchronization

/// One direction of a stream in memory: what one side sends is what the other reads.
private final class MemoryStreamPipe: Sendable {
    private struct Content {
        var inbox: TransportStream.Source?
        var isFull = false
        /// Why nothing can be sent any more.
        var end: (any Error)?
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let content = Mutex(Content())

    func connect(to inbox: TransportStream.Source) { content.withLock { $0.inbox = inbox } }

    func send(_ message: ByteBuffer) async throws {
        while true {
            let isSent = try content.withLock { content in
                if let end = content.end { throw end }
                guard !content.isFull else { return false }
                content.isFull = content.inbox?.yield(message) == false
                return true
            }
            if isSent { return }
            await roomOrEnd()
        }
    }

    /// Ends the direction; the first reason is what a sender sees from then on.
    ///
    /// - Parameter readerEnd: What a reader sees after what was sent; nil if it is of no concern to it.
    func end(sender reason: any Error, readerEnd: Result<Void, any Error>? = nil) {
        let inbox = content.withLock { content in
            content.end = content.end ?? reason
            return content.inbox
        }
        wake { _ in }
        switch readerEnd {
        case .success?: inbox?.finish()
        case .failure(let error)?: inbox?.finish(throwing: error)
        case nil: break
        }
    }

    func resume() { wake { $0.isFull = false } }

    private func roomOrEnd() async {
        await withCheckedContinuation { continuation in
            let mustWait = content.withLock { content in
                guard content.isFull, content.end == nil else { return false }
                content.waiting.append(continuation)
                return true
            }
            if !mustWait { continuation.resume() }
        }
    }

    private func wake(_ change: (inout Content) -> Void) {
        let waiting = content.withLock { content in
            change(&content)
            defer { content.waiting = [] }
            return content.waiting
        }
        for sender in waiting { sender.resume() }
    }
}

/// One side of a stream in memory.
final class MemoryStreamCarrier: TransportStreamCarrier {
    /// What both sides share.
    private final class Life: Sendable {
        private struct Content {
            var task: Task<Void, Never>?
            var timer: DeadlineQueue.Ticket?
            var isOver = false
            var action: (@Sendable () -> Void)?
        }

        private let content = Mutex(Content())

        var isOver: Bool { content.withLock(\.isOver) }

        func start(_ task: Task<Void, Never>) { content.withLock { $0.task = task } }

        func start(_ timer: DeadlineQueue.Ticket) {
            let isOver = content.withLock { content in
                if !content.isOver { content.timer = timer }
                return content.isOver
            }
            if isOver { DeadlineQueue.shared.cancel(timer) }
        }

        func cancelTask() { content.withLock(\.task)?.cancel() }

        func whenOver(_ action: @escaping @Sendable () -> Void) {
            let isOver = content.withLock { content in
                if !content.isOver { content.action = action }
                return content.isOver
            }
            if isOver { action() }
        }

        func end() {
            let (action, timer) = content.withLock { content in
                defer { (content.action, content.timer) = (nil, nil) }
                content.isOver = true
                return (content.action, content.timer)
            }
            if let timer { DeadlineQueue.shared.cancel(timer) }
            action?()
        }
    }

    private let outgoing: MemoryStreamPipe
    private let incoming: MemoryStreamPipe
    private let life: Life
    private let isClient: Bool
    private let largestBody: Int

    private init(
        outgoing: MemoryStreamPipe, incoming: MemoryStreamPipe, life: Life, isClient: Bool, largestBody: Int
    ) {
        self.outgoing = outgoing
        self.incoming = incoming
        self.life = life
        self.isClient = isClient
        self.largestBody = largestBody
    }

    typealias Side = (carrier: MemoryStreamCarrier, stream: TransportStream)

    /// The two sides of a stream.
    static func makeStreams(largestBody: Int) -> (client: Side, server: Side) {
        let (up, down, life) = (MemoryStreamPipe(), MemoryStreamPipe(), Life())
        let client = MemoryStreamCarrier(
            outgoing: up, incoming: down, life: life, isClient: true, largestBody: largestBody)
        let server = MemoryStreamCarrier(
            outgoing: down, incoming: up, life: life, isClient: false, largestBody: largestBody)
        let (clientStream, clientInbox) = TransportStream.makeStream(carrier: client)
        let (serverStream, serverInbox) = TransportStream.makeStream(carrier: server)
        up.connect(to: serverInbox)
        down.connect(to: clientInbox)
        return ((client, clientStream), (server, serverStream))
    }

    /// Runs the handler, on the server's side: its end is that of the stream.
    func run(
        _ handler: @escaping TransportStreamHandler, _ request: TransportRequest, _ stream: TransportStream
    ) -> Task<Void, Never> {
        let task = Task { [self] in
            do {
                try await handler(request, stream)
                incoming.end(sender: Self.peerEnded)
                outgoing.end(sender: Self.finished, readerEnd: .success(()))
            } catch {
                let error = MicroError(answering: request, with: error)
                incoming.end(sender: error)
                outgoing.end(sender: Self.finished, readerEnd: .failure(error))
            }
            life.end()
            // Let go of before its end it would be cancelled.
            withExtendedLifetime(stream) {}
        }
        life.start(task)
        return task
    }

    /// Ends the stream at its deadline, on the client's side.
    func end(at deadline: ContinuousClock.Instant, throwing error: @autoclosure @escaping @Sendable () -> MicroError) {
        life.start(DeadlineQueue.shared.schedule(at: deadline) { [weak self] in self?.cut(error()) })
    }

    /// Calls the action when the handler has ended.
    func whenOver(_ action: @escaping @Sendable () -> Void) { life.whenOver(action) }

    func send(_ message: ByteBuffer) async throws {
        try MemoryTransport.check(message, of: "message", limit: largestBody)
        try await outgoing.send(message)
    }

    func finish() async throws { outgoing.end(sender: Self.finished, readerEnd: .success(())) }

    func resume() { incoming.resume() }

    func cancel() {
        guard !life.isOver else { return }
        guard isClient else {
            let error = MicroError(
                .unavailable, "the service has cancelled the stream", origin: MicroError.Origin.server)
            incoming.end(sender: CancellationError())
            return outgoing.end(sender: CancellationError(), readerEnd: .failure(error))
        }
        cut(CancellationError())
    }

    /// Ends both directions and the handler.
    private func cut(_ reason: any Error) {
        incoming.end(sender: reason, readerEnd: .failure(reason))
        outgoing.end(sender: reason, readerEnd: .failure(reason))
        life.cancelTask()
    }

    private static let finished = MicroError(
        .closed, "this side of the stream has finished", origin: MicroError.Origin.transport)
    private static let peerEnded = MicroError(
        .closed, "the other side has ended the stream", origin: MicroError.Origin.transport)
}
